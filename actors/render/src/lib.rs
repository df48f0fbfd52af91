//! QR symbols and their images: bytes in, bytes out.
