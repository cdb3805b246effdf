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
    /// Whoever sends the token in this file: lines of `key = value`, `#` before comments, the key `token`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or has no token.
    pub fn from_conf(file: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let file = file.as_ref();
        let text = std::fs::read_to_string(file)
            .map_err(|e| Error::io(format!("the file {} cannot be read", file.display()), e))?;
        let token = text.lines().filter(|line| !line.trim_start().starts_with('#')).find_map(|line| {
            let (key, value) = line.split_once('=')?;
            // `.godparticle` is how the key was spelled once.
            matches!(key.trim(), "token" | ".godparticle").then(|| value.trim())
        });
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Ok(Auth::bearer(token).into()),
            None => Err(Error::setup(format!("the file {} has no line `token = …`", file.display()))),
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

/// What an environment variable holds, if it is there.
fn variable(name: &str, what: &str) -> Result<Option<String>, Error> {
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
