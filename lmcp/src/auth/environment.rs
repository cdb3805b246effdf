//! Who gets in where the program does not say: a file, options on the command line, the environment.

use super::Auth;
use crate::Error;

/// The authorization server whose tokens get in, and whom they must be for, as a person says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Oidc {
    /// `--oidc` or `LMCP_OIDC`.
    pub(crate) issuer: Option<String>,
    /// `--audience` or `LMCP_AUDIENCE`; the server's own URL by default.
    pub(crate) audience: Option<String>,
}

impl Auth {
    /// Whoever sends the token in this file: one line `token = …`, with the token in quotes (`"…"` or `'…'`) or without.
    /// Empty lines and lines that begin with `#` do not count; nothing else may stand there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, has no token or two, or a line that is something else. The error has the line's
    /// number, and none of its content.
    pub fn from_conf(file: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let file = file.as_ref();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Error::io(format!("the file {} cannot be read", file.display()), e))?;
        match token_of(&text) {
            Ok(Some(token)) => Ok(Auth::bearer(token).into()),
            Ok(None) => Err(Error::setup(format!("the file {} has no line `token = …`", file.display()))),
            Err((line, why)) => Err(Error::setup(format!("line {line} of the file {}: {why}", file.display()))),
        }
    }

    /// Whoever sends the token in the environment variable `LMCP_TOKEN`, or one of the authorization server in
    /// `LMCP_OIDC`; what `given` says goes before that variable and `LMCP_AUDIENCE`. `None` when nothing is said.
    ///
    /// # Errors
    ///
    /// When a variable is empty or no text: something was meant, and nothing is there. When there is an audience without
    /// an issuer, or the issuer is none.
    pub(crate) fn from_environment(given: Oidc) -> Result<Option<Self>, Error> {
        let token = variable("LMCP_TOKEN", "token")?.map(|token| Auth::from(Auth::bearer(token)));
        let said = Oidc {
            issuer: given.issuer.map_or_else(|| variable("LMCP_OIDC", "issuer"), |issuer| Ok(Some(issuer)))?,
            audience: given.audience.map_or_else(|| variable("LMCP_AUDIENCE", "audience"), |it| Ok(Some(it)))?,
        };
        let issuer = match said {
            Oidc { issuer: Some(issuer), audience } => Some(of_issuer(issuer, audience)?),
            Oidc { issuer: None, audience: None } => None,
            Oidc { issuer: None, audience: Some(audience) } => {
                return Err(Error::setup(format!(
                    "tokens for {audience:?} are wanted, and of nobody: name the authorization server with --oidc or \
                     LMCP_OIDC"
                )));
            }
        };
        Ok(match (token, issuer) {
            (Some(token), Some(issuer)) => Some(token.or(issuer)),
            (token, issuer) => token.or(issuer),
        })
    }
}

/// Where the program says itself who gets in: whoever sets a variable expects something of it.
pub(crate) fn warn_of_unused() {
    for name in ["LMCP_TOKEN", "LMCP_OIDC"].into_iter().filter(|name| std::env::var_os(name).is_some()) {
        eprintln!("lmcp: warning: {name} is set and changes nothing: the program says itself who gets in");
    }
}

/// The token that a file says, or the number of the line that should not be there, and why.
fn token_of(text: &str) -> Result<Option<&str>, (usize, &'static str)> {
    let mut found = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, ""), |(key, value)| (key.trim(), value.trim()));
        // `.godparticle` is how the key was spelled once.
        if !matches!(key, "token" | ".godparticle") {
            return Err((number, "all that may stand there is `token = …`; the rest goes into the environment"));
        }
        let quoted = |quote| value.strip_prefix(quote).map(|rest| rest.strip_suffix(quote));
        let token = match quoted('"').or_else(|| quoted('\'')) {
            Some(None) => return Err((number, "the token begins with a quote, and does not end with it")),
            Some(Some(token)) => token,
            None => value,
        };
        if token.is_empty() {
            return Err((number, "the token is empty"));
        }
        if found.replace(token).is_some() {
            return Err((number, "there is a token already"));
        }
    }
    Ok(found)
}

/// What an environment variable holds, if it is there.
pub(crate) fn variable(name: &str, what: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(Some(value.trim().to_owned())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        _ => Err(Error::setup(format!(
            "the environment variable {name} is set but holds no {what}; set it to one, or unset it"
        ))),
    }
}

#[cfg(feature = "oauth")]
fn of_issuer(issuer: String, audience: Option<String>) -> Result<Auth, Error> {
    let auth = Auth::from(super::Jwt::new(issuer, audience));
    match auth.mistakes() {
        mistakes if mistakes.is_empty() => Ok(auth),
        mistakes => Err(Error::setup(mistakes.join("; "))),
    }
}

#[cfg(not(feature = "oauth"))]
fn of_issuer(issuer: String, _: Option<String>) -> Result<Auth, Error> {
    Err(Error::setup(format!(
        "tokens of {issuer} are to get in, and this program was built without OAuth; in its Cargo.toml, give lmcp the \
         feature `oauth`"
    )))
}

#[cfg(test)]
mod tests {
    use super::token_of;

    #[test]
    fn a_file_has_one_token_and_nothing_else() {
        for text in
            ["token=a b#c", "# secret = x\n\n  token = \"a b#c\"  \n", ".godparticle = 'a b#c'", "token = a b#c\r\n"]
        {
            assert_eq!(token_of(text), Ok(Some("a b#c")), "{text}");
        }
        assert_eq!(token_of("token = a\"b\"=="), Ok(Some("a\"b\"==")));
        assert_eq!(token_of("\n#token = a"), Ok(None));
        for (text, line) in [
            ("token = a\ntoken = a", 2),
            ("token = a\n.godparticle = b", 2),
            ("\nsecret = 0123456789abcdef\ntoken = a", 2),
            ("token", 1),
            ("token =", 1),
            ("token = \"\"", 1),
            ("token = \"a", 1),
            ("token = \"", 1),
            ("abc", 1),
        ] {
            assert_eq!(token_of(text).map_err(|(line, _)| line), Err(line), "{text}");
        }
    }
}
