package http1

// Parse is parse, for the fuzzer.
var Parse = parse
