//! The command line of a program with arguments of its own, nested arguments and forms.

use crate::{Ended, end, shop};

fn of(words: &[&str]) -> Ended {
    end(&mut shop(words))
}

#[track_caller]
fn refused(words: &[&str], code: i32, stderr: &str) {
    let expected = Ended { stdout: String::new(), stderr: stderr.to_owned(), code: Some(code) };
    assert_eq!(of(words), expected, "{words:?}");
}

const HELP_ORDER: &str = "\
order(order: {item, pieces, speed, address, note?}, times: integer = 1)

Order something.

ARGUMENTS
  order: {item, pieces, speed, address, note?}
    item: string            What to send. (2 to 12 characters)
    pieces: integer         How many. (1 to 9)
    speed: slow|fast        How fast it comes.
    address: {street, zip}  Where it goes.
      street: string        Street and number.
      zip: string           (5 characters)
    note?: string           What the card says.
  times: integer = 1

A nested value is JSON: order:='{…}'.

EXAMPLES
";

#[test]
fn help_shows_what_is_inside_of_an_argument_and_its_example_runs() {
    let help = of(&["help", "call", "order"]).stdout;
    let (said, examples) = help.split_once("EXAMPLES\n").expect("examples");
    assert_eq!(format!("{said}EXAMPLES\n"), HELP_ORDER);
    let example = "shop --db FILE call order 'order={\"item\":\"ITEM\",\"pieces\":2,\"speed\":\"slow\",\"address\":{\"street\":\"STREET\",\"zip\":\"abcde\"}}'";
    assert_eq!(examples.trim(), example);
    let (_, argument) = example.split_once(" 'order=").expect("an argument");
    let ran = of(&["call", "order", &format!("order={}", argument.trim_end_matches('\''))]);
    assert_eq!(ran.stdout, "2 of ITEM to STREET, abcde, Slow, 1\n");
    // However the lines are wrapped.
    let list = of(&["help", "call", "price"]).stdout.replace('\n', " ");
    assert!(
        list.contains("A nested value is JSON: orders:='[{…}]', and a list may come item by item, orders='{…}'."),
        "{list}"
    );
}

#[test]
fn broken_json_is_told() {
    let usage = of(&["call", "order", "order={\"item\": \"saw\""]);
    let first = usage.stderr.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("error: the value of \"order\" begins like JSON, but is none: it ends too early"),
        "{first}"
    );
    assert_eq!(usage.code, Some(2));
}

#[test]
fn an_answer_that_fits_no_field_is_named() {
    let missing = "error: nothing answers the question \"What does the card say?\": it has no field \"nme\", did you mean \
                   \"name\"? Its fields: name, wrapping. Add --answer name=NAME --answer wrapping=Paper, or --decline\n";
    refused(&["call", "wrap", "--answer", "nme=Ada"], 1, missing);
    let wrong = "error: the answer to \"wrapping\" does not fit: \"Foil\" is none of Paper (Brown paper), Box (A box with a ribbon)\n";
    refused(&["call", "wrap", "--answer", "name=Ada", "--answer", "wrapping=Foil"], 1, wrong);
}

/// That each example of a tool's help runs, and what they print.
#[track_caller]
fn examples_of(tool: &str, printed: &[&str]) -> String {
    let help = of(&["call", tool, "--help"]).stdout;
    let (said, examples) = help.split_once("EXAMPLES\n").expect("examples");
    // The first is for a terminal.
    let ran = examples.lines().skip(1).map(|line| {
        let words = line.trim().trim_start_matches("shop --db FILE ").split(' ').map(|word| word.trim_matches('\''));
        of(&words.collect::<Vec<_>>())
    });
    let done = |stdout: &&str| Ended { stdout: format!("{stdout}\n"), stderr: String::new(), code: Some(0) };
    assert_eq!(ran.collect::<Vec<_>>(), printed.iter().map(done).collect::<Vec<_>>(), "{help}");
    said.split_once("ASKS\n").map(|(_, asks)| asks.trim_end().to_owned()).unwrap_or_default()
}

const NOBODY: &str = "error: the question cannot be asked: the client does not offer `elicitation.form`\n\
                      on a terminal, this command asks you; elsewhere, add ";

#[test]
fn what_to_answer_is_spelled_from_the_form() {
    assert_eq!(examples_of("empty", &["empty"]), "  nothing but yes or no");
    refused(&["call", "empty"], 1, &format!("{NOBODY}--answer yes\n"));
    let asks = "  offset?: integer  How many to leave out.\n  limit?: integer\n\n\
                All of it may be left out: --answer '{}'";
    assert_eq!(examples_of("stocks", &["Some(1), None", "None, None"]), asks);
    refused(&["call", "stocks"], 1, &format!("{NOBODY}--answer offset=1\n"));
    refused(&["call", "account"], 1, &format!("{NOBODY}--answer yes, --answer VALUE or --answer NAME=VALUE\n"));
}

#[test]
fn a_form_is_not_accepted_for_an_answer_to_something_else() {
    let stray = "error: nothing answers the question \"Which part?\": it has no field \"ofset\", did you mean \
                 \"offset\"? Its fields: offset, limit. Add --answer offset=1, --answer '{}' to leave all out, or \
                 --decline\n";
    refused(&["call", "stocks", "--answer", "ofset=3"], 1, stray);
    let half = "error: not all answers fit the question \"Which part?\": it has no field \"limt\", did you mean \
                \"limit\"? Its fields: offset, limit.\n";
    refused(&["call", "stocks", "--answer", "offset=3", "--answer", "limt=3"], 1, half);
}

#[test]
fn an_answer_that_does_not_fit_is_told_by_its_question() {
    let why = "error: the answer to \"How old are you?\" does not fit: a whole number, please\n";
    refused(&["call", "account", "--answer", "Ana", "--answer", "x"], 1, why);
    let why = "error: the answer to \"Sure?\" does not fit: y or n, please\n";
    refused(&["call", "empty", "--answer", "x"], 1, why);
}

#[test]
fn what_is_not_understood_names_the_programs_own_arguments() {
    let own = "the program's own arguments, `--db FILE`, stand before the command: shop --db FILE list\n";
    for words in [&["list", "--db", "x"][..], &["--db=shop.db", "list"], &["shop.db"]] {
        let ended = of(words);
        assert!(ended.stderr.contains(own) && ended.code == Some(2), "{ended:?}");
    }
    assert!(!of(&["--db", "x", "list", "--nothing"]).stderr.contains("own arguments"));
    assert!(!of(&["list", "nothing"]).stderr.contains("own arguments"));
    let manifest = of(&["--db", "x", "manifest"]);
    assert!(manifest.stderr.contains("the program's own usage says, `--db FILE`: look at it"), "{manifest:?}");
    assert!(manifest.stdout.contains("\"packageArguments\"") && manifest.code == Some(0), "{manifest:?}");
}
