//! Help, and what is said of command lines that are not understood.

use crate::{calc, command, end, fails, prints};
use std::os::unix::ffi::OsStrExt;

const HELP: &str = "\
calc 1.2.3

A calculator.

USAGE
  calc                             serve over stdio: what an MCP client starts
  calc --http [HOST:PORT]          serve over HTTP, by default on 127.0.0.1:8080
  calc list [KIND]                 show what the server offers
  calc call TOOL [key=value ...]   run a tool and print its result
  calc read URI                    print a resource
  calc get PROMPT [key=value ...]  render a prompt and print its messages
  calc check [--profile PROFILE]   check what clients would refuse or miss
  calc install [CLIENT]            write this server into a client's file
  calc uninstall [CLIENT]          take it out again
  calc manifest                    print a server.json for the MCP registry
  calc completions SHELL           print completions for bash, zsh or fish
  calc help [COMMAND [NAME]]       say more about a command, a tool, a prompt

OPTIONS
  --json           print JSON, as it is on the wire
  --answer ANSWER  with call, read, get: the answer when it asks, as in place=4A
  --decline        with call, read, get: the answer is no
  --save DIR       with call, read, get: where to put pictures and other files
  --conf FILE      with --http: who gets in, as a line `token = ...`
  -h, --help       print help, also behind a command, a tool, a prompt
  -V, --version    print name and version

EXAMPLES
  calc call add a=1 b=2
  calc read calc://about
  calc get review language=plain code=CODE

ENVIRONMENT
  LMCP_LOG         what to log on standard error: info, debug, or TARGET=LEVEL;
                   also RUST_LOG
  LMCP_TOKEN       the bearer token that --http asks for
  LMCP_ALLOW_HOST  further hosts that --http answers to, with commas between
  LMCP_SECRET      what replicas of a server share to finish each other's calls
  NO_COLOR         plain text, on terminals too; CLICOLOR_FORCE=1 is the
                   opposite
  COLUMNS          how wide lines may be; by default as wide as the terminal

EXIT CODES
  0  done
  1  the server, or what it ran, reported an error; check found one
  2  the command line was not understood; nothing ran
";

const HELP_CALL: &str = "\
calc call TOOL [key=value ...] [--answer ANSWER] [--save DIR] [--json]

Runs a tool here, in this process. Its text goes to standard output; progress,
log messages and errors go to standard error. What the tool asks is answered by
--answer, and else on the terminal. There, a list of objects is shown as a
table, and an object as indented JSON.

ARGUMENTS
  key=value           a string as it is, anything else as JSON, as the tool's
                      schema says
  key=a key=b         a list, item by item
  key.field=value     one field of an object
  key:=json           JSON, whatever the schema says
  '{\"key\": \"value\"}'  several at once, as a JSON object
  @file.json          the same, from a file
  -                   the same, from standard input

OPTIONS
  --answer ANSWER  what to answer when it asks: FIELD=TEXT, FIELD:=JSON, a JSON
                   object of several, {} for none where all may be left out, or
                   a text alone for a question with one field or none; each
                   answers once, in this order, and a list takes all that stand
                   together
  --decline        no to what the answers before it do not answer
  --save DIR       write pictures, sounds and other files into this folder
  --json           print the whole result as JSON, as it is on the wire
  -h, --help       print this; behind a tool's name, what the tool takes

EXAMPLES
  calc call add a=1 b=2
  calc call blocks
  calc call fail
";

const HELP_GREET: &str = "\
greet(name: string, style: plain|loud = plain, tags: string[] = [], times?: integer)

Greet somebody.

In one of two styles, with as many tags as wanted.

ARGUMENTS
  name: string               Whom to greet.
  style: plain|loud = plain  How to greet.
  tags: string[] = []        What to add, each behind a `#`.
  times?: integer

EXAMPLES
  calc call greet name=NAME
";

const HELP_SEAT: &str = "\
seat(train: string)

Book a seat.

ASKS
  place: string    A letter and a number.
  table?: boolean

ASKS
  string

EXAMPLES
  calc call seat train=TRAIN
  calc call seat train=TRAIN --answer place=PLACE
";

#[cfg(not(feature = "tls"))]
#[test]
fn tls_is_a_feature() {
    let error = "error: this program was built without TLS; in its Cargo.toml, give lmcp the feature `tls`\n";
    fails("--http :0 --tls-cert a.crt --tls-key a.key", 1, error);
}

#[test]
fn help_is_about_the_program_a_command_or_a_tool() {
    for line in ["help", "--help", "-h"] {
        prints(line, HELP);
    }
    for line in ["help call", "call --help"] {
        prints(line, HELP_CALL);
    }
    for line in ["help call greet", "call greet --help", "call greet name=x -h"] {
        prints(line, HELP_GREET);
    }
    prints("help call seat", HELP_SEAT);
    for verb in ["list", "read", "get", "check", "install", "uninstall", "manifest", "completions", "help"] {
        let help = calc(&format!("help {verb}"));
        assert!(help.stdout.starts_with(&format!("calc {verb}")) && help.code == Some(0), "{help:?}");
    }
    fails(
        "call gret -h",
        2,
        "error: unknown tool \"gret\"; did you mean \"greet\"?\nusage: calc call TOOL [key=value ...] [--answer ANSWER] [--save DIR] [--json]\n",
    );
    for line in ["--version", "-V"] {
        prints(line, "calc 1.2.3\n");
    }
}

#[test]
fn examples_in_the_help_run() {
    let mut ran = 0;
    for line in
        ["help", "help list", "help call", "help read", "help get", "help help", "call mirror -h", "get review -h"]
    {
        let help = calc(line).stdout;
        let (_, examples) = help.split_once("\nEXAMPLES\n").expect(line);
        for example in examples.lines().map_while(|line| line.strip_prefix("  calc ")) {
            // One tool is there to fail.
            let code = if example == "call fail" { 1 } else { 0 };
            assert_eq!(calc(example).code, Some(code), "calc {example}");
            ran += 1;
        }
    }
    assert_eq!(ran, 16);
}

#[test]
fn a_command_line_that_is_not_understood_says_what_to_write() {
    let commands = "usage: calc [list | call | read | get | check | install | uninstall | manifest | completions | help | --http [HOST:PORT]]\n";
    fails("lst", 2, &format!("error: unknown command \"lst\"; did you mean \"list\"?\n{commands}"));
    let call = "usage: calc call add [key=value ...]\n";
    fails("add a=1 b=2", 2, &format!("error: \"add\" is a tool, and no command\n{call}"));
    assert_eq!((calc("help add"), calc("help review")), (calc("help call add"), calc("help get review")));
    fails("help lst", 2, &format!("error: unknown command \"lst\"; did you mean \"list\"?\n{commands}"));
    fails("review", 2, "error: \"review\" is a prompt, and no command\nusage: calc get review [key=value ...]\n");
    fails("--json", 2, &format!("error: --json belongs to list, call, read, get or check\n{commands}"));
    fails("--jsn", 2, &format!("error: unknown option \"--jsn\"; did you mean \"--json\"?\n{commands}"));
    let list = "usage: calc list [tools | resources | templates | prompts] [--json]\n";
    fails("list tool", 2, &format!("error: there is no list of \"tool\"; did you mean \"tools\"?\n{list}"));
    fails("list tools now", 2, &format!("error: \"now\" is one argument too many\n{list}"));
    fails(
        "read",
        2,
        "error: which resource? calc://about, calc://both, calc://picture, users://{id}/profile\nusage: calc read URI [--save DIR] [--json]\n",
    );
    let call = "usage: calc call TOOL [key=value ...] [--answer ANSWER] [--save DIR] [--json]\n";
    fails("call", 2, &format!("error: which tool? add, blocks, fail, greet, mirror, prints, seat, work\n{call}"));
    fails("call add --a=1", 2, &format!("error: unknown option \"--a\"; arguments are written key=value\n{call}"));
    let add = "usage: calc call add a=1 b=2\n";
    fails("call add 1 2", 2, &format!("error: \"1\" is no argument: write key=value\n{add}"));
    fails("call add a=1 a=2", 2, &format!("error: \"a\" is given twice\n{add}"));
    fails("call add a:=x", 2, &format!("error: the value of \"a\" is not JSON: expected value\n{add}"));
    fails("call add [1]", 2, &format!("error: \"[1]\" is no argument: write key=value\n{add}"));
    fails(
        "get review x",
        2,
        "error: \"x\" is no argument: write key=value\nusage: calc get review language=plain code=CODE [key=value ...]\n",
    );
    let stranger = std::ffi::OsStr::from_bytes(b"a=\xff");
    let ended = end(command(&["call", "add"]).arg(stranger));
    assert_eq!(
        (ended.code, ended.stderr.lines().next()),
        (Some(2), Some("error: \"a=\u{fffd}\" is not UTF-8, as arguments must be"))
    );
}
