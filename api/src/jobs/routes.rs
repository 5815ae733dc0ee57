//! Jobs over HTTP: an operator's view.
