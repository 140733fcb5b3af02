//! Certificates: somebody who vouches for servers, for as long as a test runs.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// Somebody who vouches for servers.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A server's certificate and its key, both in PEM.
#[derive(Clone)]
pub struct Certificate {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> anyhow::Result<Self> {
        let mut about = CertificateParams::default();
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(about, KeyPair::generate()?)?))
    }

    /// What those who trust it have to know, in PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a server that is reached under this name or address.
    pub fn vouch_for(&self, host: &str) -> anyhow::Result<Certificate> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([host.to_owned()])?.signed_by(&key, &self.0)?;
        Ok(Certificate { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}
