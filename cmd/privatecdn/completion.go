package main

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

//go:embed completion
var completionScripts embed.FS

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints the script that teaches a shell to ask completeCommand.
func (c completionCommand) Run(e *env) error {
	script, err := completionScripts.ReadFile("completion/privatecdn." + c.Shell)
	if err != nil {
		return err
	}
	_, err = e.out.Write(script)
	return err
}

// completeCommand prints what can stand in place of the last word, a line each
// with its meaning after a tab, or ":files" if that is the name of a file.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words so far, the unfinished one last."`
}

func (c completeCommand) Run(e *env, k *kong.Context) error {
	if len(c.Words) == 0 {
		return nil
	}
	last := len(c.Words) - 1
	for _, candidate := range candidates(k.Model.Node, c.Words[:last], c.Words[last]) {
		if candidate == fileName || strings.HasPrefix(candidate, c.Words[last]) {
			fmt.Fprintln(e.out, candidate)
		}
	}
	return nil
}

const fileName = ":files"

// candidates lists what can follow words in place of the unfinished last one.
func candidates(node *kong.Node, words []string, last string) (list []string) {
	var flag *kong.Flag // waits for its value
	arguments := 0
	for _, word := range words {
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
		switch {
		case flag != nil:
			flag = nil
		case strings.HasPrefix(word, "-"):
			if flag = flagNamed(node, word); flag != nil && flag.IsBool() {
				flag = nil
			}
		case i >= 0:
			node = node.Children[i]
		default:
			arguments++
		}
	}
	name, _, hasValue := strings.Cut(last, "=")
	switch {
	case flag != nil:
		return values(flag.Value, flag.PlaceHolder, "")
	case hasValue && flagNamed(node, name) != nil:
		flag = flagNamed(node, name)
		return values(flag.Value, flag.PlaceHolder, name+"=")
	case strings.HasPrefix(last, "-"):
		for _, flag := range slices.Concat(node.AllFlags(true)...) {
			list = append(list, "--"+flag.Name+"\t"+firstSentence(flag.Help))
		}
	case arguments < len(node.Positional):
		argument := node.Positional[arguments]
		return values(argument, argument.Tag.PlaceHolder+argument.Tag.Get("complete"), "")
	default:
		for _, child := range node.Children {
			if !child.Hidden {
				list = append(list, child.Name+"\t"+firstSentence(child.Help))
			}
		}
	}
	return list
}

// flagNamed returns the flag that a word is, nil if it is none or has its value.
func flagNamed(node *kong.Node, word string) *kong.Flag {
	for _, flag := range slices.Concat(node.AllFlags(true)...) {
		if "--"+flag.Name == word {
			return flag
		}
	}
	return nil
}

// values lists what a flag or an argument may be. A placeholder such as
// FILE|stack:NAME names a file, and NAME=FILE does not.
func values(v *kong.Value, placeholder, prefix string) (list []string) {
	for _, value := range v.EnumSlice() {
		list = append(list, prefix+value)
	}
	isFile := strings.Contains(placeholder, "FILE") || strings.Contains(placeholder, "DIR")
	if isFile && !strings.Contains(placeholder, "=") {
		list = append(list, fileName)
	}
	return list
}

func firstSentence(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(first, ".")
}
