//! What happens around every request, one layer a file; `router` puts them in order.

pub(crate) mod cors;
pub(crate) mod csrf;
pub(crate) mod limits;
pub(crate) mod observe;
pub(crate) mod security_headers;
