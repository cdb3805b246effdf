pub(crate) mod nearest;
