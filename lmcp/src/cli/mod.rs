pub(crate) fn main(_server: crate::Server) {}
