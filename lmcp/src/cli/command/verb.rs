//! The words that may stand behind the program's name, and the shells that complete them.

use super::{Misuse, did_you_mean};

/// The word behind the program's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Verb {
    List,
    Call,
    Read,
    Get,
    Check,
    Install,
    Uninstall,
    Manifest,
    Completions,
    Help,
}

/// A shell that completes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    pub(in crate::cli) const ALL: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

    pub(in crate::cli) fn as_str(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
        }
    }

    pub(super) fn parse(word: &str) -> Result<Self, Misuse> {
        Self::ALL.into_iter().find(|shell| shell.as_str() == word).ok_or_else(|| {
            let hint = did_you_mean(word, Self::ALL.map(Self::as_str));
            let hint = if hint.is_empty() { "; there are bash, zsh, fish".into() } else { hint };
            Misuse::of(Verb::Completions, format!("there are no completions for {word:?}{hint}"))
        })
    }
}

impl Verb {
    pub(in crate::cli) const ALL: [Verb; 10] = [
        Verb::List,
        Verb::Call,
        Verb::Read,
        Verb::Get,
        Verb::Check,
        Verb::Install,
        Verb::Uninstall,
        Verb::Manifest,
        Verb::Completions,
        Verb::Help,
    ];

    pub(in crate::cli) fn as_str(self) -> &'static str {
        match self {
            Verb::List => "list",
            Verb::Call => "call",
            Verb::Read => "read",
            Verb::Get => "get",
            Verb::Check => "check",
            Verb::Install => "install",
            Verb::Uninstall => "uninstall",
            Verb::Manifest => "manifest",
            Verb::Completions => "completions",
            Verb::Help => "help",
        }
    }

    /// What it does, in a few words.
    pub(in crate::cli) fn about(self) -> &'static str {
        match self {
            Verb::List => "show what the server offers",
            Verb::Call => "run a tool and print its result",
            Verb::Read => "print a resource",
            Verb::Get => "render a prompt and print its messages",
            Verb::Check => "check what clients would refuse or miss",
            Verb::Install => "write this server into a client's file",
            Verb::Uninstall => "take it out again",
            Verb::Manifest => "print a server.json for the MCP registry",
            Verb::Completions => "print completions for bash, zsh or fish",
            Verb::Help => "say more about a command, a tool, a prompt",
        }
    }

    /// The most of it that fits into a list.
    pub(in crate::cli) fn short_usage(self) -> &'static str {
        match self {
            Verb::List => "list [KIND]",
            Verb::Call => "call TOOL [key=value ...]",
            Verb::Read => "read URI",
            Verb::Get => "get PROMPT [key=value ...]",
            Verb::Check => "check [--profile PROFILE]",
            Verb::Install => "install [CLIENT]",
            Verb::Uninstall => "uninstall [CLIENT]",
            Verb::Manifest | Verb::Completions | Verb::Help => self.usage(),
        }
    }

    /// What may stand behind the program's name.
    pub(in crate::cli) fn usage(self) -> &'static str {
        match self {
            Verb::List => "list [tools | resources | templates | prompts] [--json]",
            Verb::Call => "call TOOL [key=value ...] [--answer ANSWER] [--save DIR] [--json]",
            Verb::Read => "read URI [--save DIR] [--json]",
            Verb::Get => "get PROMPT [key=value ...] [--json]",
            Verb::Check => "check [--profile PROFILE] [--json]",
            Verb::Install if cfg!(feature = "http") => "install [CLIENT] [--http URL] [--print]",
            Verb::Install => "install [CLIENT] [--print]",
            Verb::Uninstall => "uninstall [CLIENT] [--print]",
            Verb::Manifest => "manifest",
            Verb::Completions => "completions SHELL",
            Verb::Help => "help [COMMAND [NAME]]",
        }
    }

    pub(in crate::cli) fn parse(word: &str) -> Result<Self, Misuse> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == word).ok_or_else(|| {
            let hint = match word {
                "serve" | "run" | "start" | "stdio" | "http" if cfg!(feature = "http") => {
                    "; it serves without one: standard input and output, or HTTP with --http".to_owned()
                }
                "serve" | "run" | "start" | "stdio" => "; it serves without one".to_owned(),
                word => did_you_mean(word, Self::ALL.map(Self::as_str)),
            };
            let misuse = Misuse::of(None, format!("unknown command {word:?}{hint}"));
            Misuse { unknown_command: Some(word.to_owned()), unknown: true, ..misuse }
        })
    }

    /// Runs functions of the server.
    pub(super) fn runs(self) -> bool {
        matches!(self, Verb::Call | Verb::Read | Verb::Get)
    }

    pub(super) fn has_json(self) -> bool {
        matches!(self, Verb::List | Verb::Call | Verb::Read | Verb::Get | Verb::Check)
    }

    pub(super) fn has_print(self) -> bool {
        matches!(self, Verb::Install | Verb::Uninstall)
    }
}
