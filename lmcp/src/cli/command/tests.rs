use super::super::answers::Reply;
use super::*;
#[cfg(feature = "http")]
use crate::auth::environment::Oidc;

fn parse(line: &str) -> Result<Command, Misuse> {
    Command::parse(std::iter::once("calc").chain(line.split_whitespace()))
}

fn message(line: &str) -> String {
    parse(line).expect_err(line).message
}

#[test]
fn options_may_stand_anywhere() {
    let of = |json| Run { json, ..Run::default() };
    let call = |json| Command::Call { tool: Some("add".into()), arguments: vec!["a=1".into()], run: of(json) };
    assert_eq!(parse("call add a=1"), Ok(call(false)));
    for line in ["--json call add a=1", "call --json add a=1", "call add a=1 --json"] {
        assert_eq!(parse(line), Ok(call(true)));
    }
    let dash = Command::Call { tool: Some("add".into()), arguments: vec!["-".into(), "--a".into()], run: of(false) };
    assert_eq!(parse("call add - -- --a"), Ok(dash));
    assert_eq!(parse(""), Ok(Command::Serve));
    assert_eq!(parse("list prompts"), Ok(Command::List { only: Some(Listed::Prompts), json: false }));
}

#[test]
fn answers_and_a_folder_go_with_what_runs() {
    let run = |line| match parse(line) {
        Ok(Command::Call { run, .. } | Command::Read { run, .. } | Command::Get { run, .. }) => run,
        other => panic!("{line}: {other:?}"),
    };
    let answered = run("call book --answer place=4A --answer=yes day=Mo");
    assert_eq!(answered.answers, [Reply::Answer("place=4A".to_owned()), Reply::Answer("yes".to_owned())]);
    assert_eq!(run("get review --decline").answers, [Reply::Decline]);
    let both = run("call book --decline --answer x --decline").answers;
    assert_eq!(both, [Reply::Decline, Reply::Answer("x".to_owned()), Reply::Decline]);
    assert_eq!(run("read a://b --save out").save.as_deref(), Some("out"));
    assert_eq!(message("call book --answer"), "--answer needs an answer, as in --answer name=Ada");
    assert_eq!(message("call book --save"), "--save needs a folder");
    for option in ["--answer x", "--decline", "--save x"] {
        let name = option.split(' ').next().unwrap_or_default();
        assert_eq!(message(&format!("list {option}")), format!("{name} belongs to call, read or get"));
    }
    assert_eq!(message("call book --anser x"), "unknown option \"--anser\"; did you mean \"--answer\"?");
}

#[test]
fn help_is_about_what_was_typed_so_far() {
    assert_eq!(parse("-h"), Ok(Command::Help(Topic::Program)));
    assert_eq!(parse("help"), Ok(Command::Help(Topic::Program)));
    for line in ["help call", "call --help", "--help call"] {
        assert_eq!(parse(line), Ok(Command::Help(Topic::Verb(Verb::Call))));
    }
    for line in ["help call add", "call add --help", "call add a=1 -h"] {
        assert_eq!(parse(line), Ok(Command::Help(Topic::Tool("add".into()))));
    }
    assert_eq!(parse("get review -h"), Ok(Command::Help(Topic::Prompt("review".into()))));
}

#[test]
fn misuse_says_what_to_write() {
    assert_eq!(message("lst"), "unknown command \"lst\"; did you mean \"list\"?");
    assert_eq!(message("frobnicate"), "unknown command \"frobnicate\"");
    let hint = "; it serves without one: standard input and output, or HTTP with --http";
    assert_eq!(
        message("serve"),
        format!("unknown command \"serve\"{}", if cfg!(feature = "http") { hint } else { "; it serves without one" })
    );
    let token =
        "unknown option \"--token\"; a token is in the environment variable LMCP_TOKEN, or in a file behind --conf";
    assert_eq!(message("--token"), token);
    assert_eq!(message("--versoin"), "unknown option \"--versoin\"; did you mean \"--version\"?");
    assert_eq!(message("call add --a=1"), "unknown option \"--a\"; arguments are written key=value");
    assert_eq!(message("list -x"), "unknown option \"-x\"");
    assert_eq!(message("list tool"), "there is no list of \"tool\"; did you mean \"tools\"?");
    assert_eq!(message("read a b"), "\"b\" is one argument too many");
    assert_eq!(message("--json"), "--json belongs to list, call, read, get or check");
    assert_eq!(message("chek"), "unknown command \"chek\"; did you mean \"check\"?");
    assert_eq!(message("check now"), "\"now\" is one argument too many");
    assert_eq!(message("install --json"), "--json belongs to list, call, read, get or check");
    assert_eq!(message("list --print"), "--print belongs to install and uninstall");
    assert_eq!(message("manifest x"), "\"x\" is one argument too many");
    assert_eq!(message("instal cursor"), "unknown command \"instal\"; did you mean \"install\"?");
}

#[test]
fn a_profile_goes_with_check() {
    let check = |target, json| Ok(Command::Check { target, json });
    assert_eq!(parse("check"), check(Target::Clients, false));
    assert_eq!(parse("check --json --profile=gemini"), check(Target::Gemini, true));
    assert_eq!(parse("--profile openai-strict check"), check(Target::OpenAiStrict, false));
    let all = "clients, openai-strict, gemini, anthropic";
    assert_eq!(message("check --profile"), format!("--profile needs one of {all}"));
    assert_eq!(message("check --profile gmini"), "there is no profile \"gmini\"; did you mean \"gemini\"?");
    assert_eq!(message("check --profile x"), format!("there is no profile \"x\"; write one of {all}"));
    assert_eq!(message("check --profil x"), "unknown option \"--profil\"; did you mean \"--profile\"?");
    for line in ["list --profile gemini", "--profile gemini"] {
        assert_eq!(message(line), "--profile belongs to check");
    }
}

#[test]
fn orders_to_install() {
    let order = |client: Option<&str>, print| Order { client: client.map(str::to_owned), url: None, print };
    assert_eq!(parse("install"), Ok(Command::Install(order(None, false))));
    assert_eq!(parse("--print install cursor"), Ok(Command::Install(order(Some("cursor"), true))));
    assert_eq!(parse("uninstall cursor --print"), Ok(Command::Uninstall(order(Some("cursor"), true))));
    assert_eq!(parse("manifest"), Ok(Command::Manifest));
}

#[cfg(feature = "http")]
#[test]
fn an_url_is_installed_and_an_address_served() {
    let order = Order { client: Some("zed".into()), url: Some("http://h/mcp".into()), print: false };
    for line in ["install zed --http http://h/mcp", "install --http=http://h/mcp zed"] {
        assert_eq!(parse(line), Ok(Command::Install(order.clone())), "{line}");
    }
    for url in ["", ":8080", "h/mcp", "http://", "http:///mcp"] {
        let message = message(&format!("install zed --http={url}"));
        assert_eq!(message, format!("{url:?} is no URL: write it as in --http http://127.0.0.1:8080/mcp"));
    }
    assert_eq!(message("install zed --http http://h --conf c"), "--conf does not go with install");
    assert_eq!(message("install zed --conf c"), "--conf goes with --http");
    assert_eq!(message("uninstall zed --http http://h"), "--http serves; it does not go with uninstall");
}

#[cfg(feature = "http")]
#[test]
fn http_and_what_goes_with_it() {
    let order = |address: &str, conf: Option<&str>, tls: Option<(&str, &str)>| HttpOrder {
        address: address.into(),
        conf: conf.map(str::to_owned),
        oidc: Oidc::default(),
        tls: tls.map(|(certificate, key)| TlsFiles { certificate: certificate.into(), key: key.into() }),
    };
    let http = |address: &str, conf, tls| Command::Http(order(address, conf, tls));
    assert_eq!(parse("--http"), Ok(http("127.0.0.1:8080", None, None)));
    assert_eq!(parse("--http :1 --conf c"), Ok(http(":1", Some("c"), None)));
    let secured = Ok(http(":1", None, Some(("a.crt", "a.key"))));
    assert_eq!(parse("--tls-key a.key --http :1 --tls-cert=a.crt"), secured);
    assert_eq!(
        message("--http --tls-cert a.crt"),
        "--tls-cert needs --tls-key, the file with the certificate's private key"
    );
    assert_eq!(message("--http --tls-key a.key"), "--tls-key needs --tls-cert, the file with the key's certificate");
    assert_eq!(message("--http --tls-key"), "--tls-key needs a file");
    let tokens = |issuer: &str, audience: Option<&str>| {
        let oidc = Oidc { issuer: Some(issuer.into()), audience: audience.map(str::to_owned) };
        Ok(Command::Http(HttpOrder { oidc, ..order(":1", None, None) }))
    };
    assert_eq!(parse("--http :1 --oidc https://id.example.com"), tokens("https://id.example.com", None));
    assert_eq!(parse("--audience api://a --http :1 --oidc=https://i"), tokens("https://i", Some("api://a")));
    assert_eq!(message("--http --oidc"), "--oidc needs the issuer's URL");
    assert_eq!(message("--http --audience="), "--audience needs what tokens have in `aud`");
    for option in ["--oidc", "--audience"] {
        let both = format!("--conf and {option} both say who gets in: write one of them");
        assert_eq!(message(&format!("--http --conf c {option} x")), both);
    }
    for option in ["--conf", "--oidc", "--audience", "--tls-cert", "--tls-key"] {
        assert_eq!(message(&format!("{option} file")), format!("{option} goes with --http"));
        assert_eq!(message(&format!("list {option} file")), format!("{option} goes with --http"));
    }
    assert_eq!(message("list --http"), "--http serves; it does not go with list");
    assert_eq!(message("--http --json"), "--json does not go with --http");
    for address in [":1", "8080", "localhost:0", "[::1]:65535", "::1:80", "no.such.host:80"] {
        assert_eq!(parse(&format!("--http={address}")), Ok(http(address, None, None)), "{address}");
    }
    for address in
        ["", "notanaddress", "localhost", "127.0.0.1:99999", "h:", "h:-1", "127.0.0.1", "http://h:80", "unix:"]
    {
        let why = format!("{address:?} is no address: write HOST:PORT, as in --http 127.0.0.1:8080");
        assert_eq!(parse(&format!("--http={address}")), Err(Misuse::with(http::HTTP, why)), "{address}");
    }
    #[cfg(unix)]
    assert_eq!(parse("--http unix:/run/a"), Ok(http("unix:/run/a", None, None)));
}
