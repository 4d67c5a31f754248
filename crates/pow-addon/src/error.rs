//! Errors: their code is a property of the JavaScript error (`error.code`).

use napi::{Error, Status};
use std::fmt::Display;

/// The codes of `ts/errors.ts` that this side can tell.
#[derive(Clone, Copy, Debug)]
pub enum Code {
    /// A value that the TypeScript side should not have let through.
    Argument,
    /// No such kernel on this CPU.
    Kernel,
    /// The engine is closed.
    Closed,
    /// Threads could not be started.
    Backend,
    /// Node-API failed.
    NodeApi(Status),
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        match self {
            Self::Argument => "POW_ARGUMENT",
            Self::Kernel => "POW_KERNEL",
            Self::Closed => "POW_CLOSED",
            Self::Backend => "POW_BACKEND",
            Self::NodeApi(status) => status.as_ref(),
        }
    }
}

impl From<Status> for Code {
    fn from(status: Status) -> Self {
        Self::NodeApi(status)
    }
}

/// What the exported functions return.
pub type Result<T> = napi::Result<T, Code>;

impl Code {
    /// An error with this code.
    pub fn because(self, reason: impl Display) -> Error<Code> {
        Error::new(self, reason.to_string())
    }
}

/// An error of napi itself, with its own status as the code.
pub fn node_api(error: Error) -> Error<Code> {
    Error::new(Code::NodeApi(error.status), error.reason.clone())
}
