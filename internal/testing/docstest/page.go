// Package docstest holds what is promised of the repository as a whole: that
// every command in its documentation runs, that the light packages stay light,
// that the module can be given another path.
package docstest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Command is one command of a page of documentation.
type Command struct {
	Line       int      // where it stands in the page, from 1
	Text       string   // what is typed
	Output     []string // lines it is shown to print; … stands for anything
	Background bool     // left running until the end of the page
	Account    bool     // needs an AWS account
	Up         bool     // needs the local edge
	Exit       int      // the exit code it must have
}

var fence = regexp.MustCompile("^ {0,3}```\\s*(.*?)\\s*$")

// Commands returns the commands of a Markdown page, in order. They are the
// `$ ` lines of its console blocks, each with the lines it prints below it, and
// its sh blocks, each as one command. Words after the language say more:
//
//	up          the command needs the local edge, which is started before it
//	background  the command is left running until the end of the page
//	account     the command needs an AWS account: it is not run, only checked
//	exit=N      the command ends with this exit code, not with 0
func Commands(markdown string) ([]Command, error) {
	var all []Command
	var info []string // of the block we are in
	var block []string
	inside, start := false, 0
	for i, line := range strings.Split(markdown, "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case m == nil && inside:
			block = append(block, line)
		case m != nil && !inside:
			inside, start, block, info = true, i+2, nil, strings.Fields(m[1])
		case m != nil:
			inside = false
			commands, err := blockCommands(info, block, start)
			if err != nil {
				return nil, err
			}
			all = append(all, commands...)
		}
	}
	if inside {
		return nil, fmt.Errorf("line %d: the block has no end", start-1)
	}
	return all, nil
}

func blockCommands(info, lines []string, start int) ([]Command, error) {
	if len(info) == 0 || !slices.Contains([]string{"console", "sh"}, info[0]) {
		return nil, nil
	}
	like, err := parseInfo(info[1:])
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", start-1, err)
	}
	if info[0] == "sh" {
		like.Line, like.Text = start, strings.Join(lines, "\n")
		return []Command{like}, nil
	}
	var commands []Command
	for i := 0; i < len(lines); i++ {
		text, typed := strings.CutPrefix(lines[i], "$ ")
		if typed {
			c := like
			c.Line, c.Text = start+i, text
			for strings.HasSuffix(c.Text, `\`) && i+1 < len(lines) {
				i++
				c.Text += "\n" + strings.TrimPrefix(lines[i], "> ")
			}
			commands = append(commands, c)
			continue
		}
		if len(commands) == 0 {
			return nil, fmt.Errorf("line %d: a console block begins with a command: `$ …`", start+i)
		}
		if strings.TrimSpace(lines[i]) != "" {
			last := &commands[len(commands)-1]
			last.Output = append(last.Output, lines[i])
		}
	}
	return commands, nil
}

func parseInfo(words []string) (Command, error) {
	var c Command
	for _, w := range words {
		code, isExit := strings.CutPrefix(w, "exit=")
		switch {
		case w == "background":
			c.Background = true
		case w == "account":
			c.Account = true
		case w == "up":
			c.Up = true
		case isExit:
			n, err := strconv.Atoi(code)
			if err != nil {
				return c, fmt.Errorf("%q is not an exit code", w)
			}
			c.Exit = n
		default:
			return c, fmt.Errorf("a block of commands cannot be %q: up, background, account and exit=N are known", w)
		}
	}
	return c, nil
}

// Missing returns the first line of the shown output that is not in what was
// printed, in order and after the ones before it; "" when all are. In a shown
// line … stands for anything, and … alone on a line for any lines. Overtaken
// reports whether a line that is shown after it has been printed without it.
func (c Command) Missing(printed string) (missing string, overtaken bool) {
	lines := strings.Split(printed, "\n")
	for i, shown := range c.Output {
		at := slices.IndexFunc(lines, like(shown).MatchString)
		if at < 0 {
			return shown, slices.ContainsFunc(c.Output[i+1:], func(later string) bool {
				return strings.Trim(later, "… ") != "" && slices.ContainsFunc(lines, like(later).MatchString)
			})
		}
		if strings.TrimSpace(shown) != "…" {
			lines = lines[at+1:]
		}
	}
	return "", false
}

// like is a shown line as a pattern. How much white space separates words does not matter.
func like(shown string) *regexp.Regexp {
	parts := strings.Split(strings.Join(strings.Fields(shown), " "), "…")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(regexp.QuoteMeta(p), " ", `\s+`)
	}
	return regexp.MustCompile(`^\s*` + strings.Join(parts, ".*") + `\s*$`)
}
