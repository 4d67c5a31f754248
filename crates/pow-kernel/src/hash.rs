//! The hashes: one row each. The compiler lists the places a new one must fill.

use crate::{Kernel, blake2s, sha256};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// Unkeyed Blake2s with a 32-byte digest (RFC 7693).
    Blake2s,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-256 of the SHA-256 digest.
    Sha256d,
}

impl Hash {
    /// Every hash, for what walks them.
    pub const ALL: [Self; 3] = [Self::Blake2s, Self::Sha256, Self::Sha256d];

    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blake2s => "blake2s",
            Self::Sha256 => "sha256",
            Self::Sha256d => "sha256d",
        }
    }

    /// The digest of a whole message, by the scalar definition.
    pub fn digest(self, message: &[u8]) -> [u8; 32] {
        match self {
            Self::Blake2s => blake2s::scalar::digest(message),
            Self::Sha256 => sha256::scalar::digest(message),
            Self::Sha256d => sha256::scalar::digest(&sha256::scalar::digest(message)),
        }
    }

    /// Every kernel of this build for this hash, fastest first.
    pub fn kernels(self) -> &'static [Kernel] {
        match self {
            Self::Blake2s => blake2s::KERNELS,
            Self::Sha256 | Self::Sha256d => sha256::KERNELS,
        }
    }

    /// The fastest kernel this CPU can run.
    ///
    /// # Panics
    ///
    /// Never: the scalar row is always available.
    pub fn detect(self) -> &'static Kernel {
        let mut rows = self.kernels().iter().filter(|kernel| kernel.is_available());
        let found = rows.find(|kernel| (kernel.suits)());
        found.expect("the scalar row is always available")
    }

    /// The kernel of that name, where this CPU can run it.
    pub fn kernel(self, name: &str) -> Option<&'static Kernel> {
        self.kernels().iter().find(|kernel| kernel.name == name && kernel.is_available())
    }
}
