//! A ZIP archive of images that is sent while it is made (APPNOTE.TXT 6.3.10), and the names of its files.
//!
//! Files are stored as they are: PNG and PDF are deflated already. They bear the earliest date the format
//! knows, so that the same files give the same archive.

mod names;

pub use names::{FileNames, MANIFEST};

/// An archive that the format cannot hold: no ZIP64 is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// More than 65 535 files.
    #[error("an archive holds at most 65535 files")]
    TooManyFiles,
    /// 4 GiB or more, or a name of 64 KiB or more.
    #[error("an archive holds less than 4 GiB")]
    TooLarge,
}

/// An archive in the making. What its methods append is sent in that order.
#[derive(Debug, Default)]
pub struct Archive {
    directory: Vec<u8>,
    files: u16,
    /// Bytes appended so far.
    length: u32,
}

const EARLIEST_TIME: u16 = 0;
/// 1 January 1980.
const EARLIEST_DATE: u16 = 1 << 5 | 1;
const VERSION_NEEDED: u16 = 10;
const STORED: u16 = 0;
const NO_FLAGS: u16 = 0;
/// Says that the name is in UTF-8 (APPNOTE.TXT, 4.4.4, bit 11). Of a name in ASCII there is nothing to say.
const UTF_8: u16 = 1 << 11;

impl Archive {
    /// Appends a file to `out`. Nothing is appended when it does not fit.
    pub fn file(&mut self, name: &str, data: &[u8], out: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let files = self.files.checked_add(1).ok_or(ArchiveError::TooManyFiles)?;
        let name_length = u16::try_from(name.len()).map_err(|_| ArchiveError::TooLarge)?;
        let data_length = u32::try_from(data.len()).map_err(|_| ArchiveError::TooLarge)?;
        let added = 30_u32.saturating_add(u32::from(name_length)).saturating_add(data_length);
        let length = self.length.checked_add(added).ok_or(ArchiveError::TooLarge)?;

        // What the local header and the directory share.
        let mut shared = Vec::with_capacity(26);
        let flags = if name.is_ascii() { NO_FLAGS } else { UTF_8 };
        for field in [VERSION_NEEDED, flags, STORED, EARLIEST_TIME, EARLIEST_DATE] {
            shared.extend_from_slice(&field.to_le_bytes());
        }
        for field in [crc32fast::hash(data), data_length, data_length] {
            shared.extend_from_slice(&field.to_le_bytes());
        }
        shared.extend_from_slice(&name_length.to_le_bytes());
        let no_extra_field = [0; 2];
        shared.extend_from_slice(&no_extra_field);

        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&shared);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(data);

        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&VERSION_NEEDED.to_le_bytes());
        self.directory.extend_from_slice(&shared);
        // No comment, first disk, no attributes.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&self.length.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        (self.files, self.length) = (files, length);
        Ok(())
    }

    /// Appends the directory, with which the archive ends.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), ArchiveError> {
        let directory = u32::try_from(self.directory.len()).map_err(|_| ArchiveError::TooLarge)?;
        self.length.checked_add(directory).ok_or(ArchiveError::TooLarge)?;
        out.extend_from_slice(&self.directory);
        out.extend_from_slice(b"PK\x05\x06");
        let only_disk = [0; 4];
        out.extend_from_slice(&only_disk);
        out.extend_from_slice(&self.files.to_le_bytes());
        out.extend_from_slice(&self.files.to_le_bytes());
        out.extend_from_slice(&directory.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        let no_comment = [0; 2];
        out.extend_from_slice(&no_comment);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Archive, ArchiveError};

    #[test]
    fn the_directory_points_at_every_file() {
        let (mut archive, mut out) = (Archive::default(), Vec::new());
        archive.file("a.png", b"first", &mut out).unwrap();
        let second = out.len();
        archive.file("b.png", b"", &mut out).unwrap();
        let directory = out.len();
        archive.finish(&mut out).unwrap();
        assert_eq!(&out[second..second + 4], b"PK\x03\x04");
        // Offset of the local header, at 42 of each entry.
        assert_eq!(out[directory + 42..directory + 46], [0; 4]);
        let entry = directory + 46 + 5;
        assert_eq!(out[entry + 42..entry + 46], u32::try_from(second).unwrap().to_le_bytes());
        assert_eq!(out[out.len() - 6..out.len() - 2], u32::try_from(directory).unwrap().to_le_bytes());
        assert_eq!(out[out.len() - 12..out.len() - 10], [2, 0]);
    }

    #[test]
    fn a_name_beyond_ascii_is_said_to_be_in_utf_8() {
        let (mut archive, mut out) = (Archive::default(), Vec::new());
        archive.file("a.png", b"", &mut out).unwrap();
        let second = out.len();
        archive.file("Ärzte.png", b"", &mut out).unwrap();
        let directory = out.len();
        archive.finish(&mut out).unwrap();
        assert_eq!((&out[6..8], &out[second + 6..second + 8]), (&[0, 0][..], &[0, 8][..]));
        let entry = directory + 46 + 5;
        assert_eq!(
            (&out[directory + 8..directory + 10], &out[entry + 8..entry + 10]),
            (&[0, 0][..], &[0, 8][..])
        );
    }

    #[test]
    fn one_file_too_many_is_refused_and_leaves_no_trace() {
        let (mut archive, mut out) = (Archive::default(), Vec::new());
        for _ in 0..u16::MAX {
            archive.file("a", b"", &mut out).unwrap();
        }
        let before = out.len();
        assert_eq!(archive.file("a", b"", &mut out), Err(ArchiveError::TooManyFiles));
        assert_eq!(out.len(), before);
        archive.finish(&mut out).unwrap();
    }
}
