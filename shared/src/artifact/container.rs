//! Named sections in one file.
//!
//! Layout: `MFA1`, the number of sections (u32), then for each its name's length
//! (u32), its content's length (u64), name and content. Numbers are little-endian.

const MAGIC: &[u8; 4] = b"MFA1";

/// A file is not an artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// It does not start as an artifact does.
    #[error("the file is not an artifact")]
    Magic,
    /// It ends too early, or goes on after its end.
    #[error("the artifact is cut off or overlong at byte {0}")]
    Length(usize),
    /// A section's name is not UTF-8.
    #[error("the artifact has a section without a readable name at byte {0}")]
    Name(usize),
    /// A section is absent.
    #[error("the artifact has no section `{0}`")]
    Missing(&'static str),
}

/// Writes sections in order.
pub(super) fn write(sections: &[(&str, &[u8])]) -> Vec<u8> {
    let size =
        sections.iter().map(|(name, content)| 12 + name.len() + content.len()).sum::<usize>();
    let mut file = Vec::with_capacity(8 + size);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    for (name, content) in sections {
        file.extend_from_slice(&(name.len() as u32).to_le_bytes());
        file.extend_from_slice(&(content.len() as u64).to_le_bytes());
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(content);
    }
    file
}

/// The sections of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Container<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Container<'a> {
    pub(super) fn read(file: &'a [u8]) -> Result<Self, ContainerError> {
        let mut cursor = Cursor { rest: file, at: 0 };
        if cursor.take(4) != Ok(MAGIC) {
            return Err(ContainerError::Magic);
        }
        let count = cursor.u32()?;
        let mut sections = Vec::new();
        for _ in 0..count {
            let name_length = cursor.u32()? as usize;
            let at = cursor.at;
            let length = usize::try_from(cursor.u64()?).map_err(|_| ContainerError::Length(at))?;
            let at = cursor.at;
            let name = std::str::from_utf8(cursor.take(name_length)?)
                .map_err(|_| ContainerError::Name(at))?;
            sections.push((name, cursor.take(length)?));
        }
        match cursor.rest {
            [] => Ok(Self(sections)),
            _ => Err(ContainerError::Length(cursor.at)),
        }
    }

    pub(super) fn section(&self, name: &'static str) -> Result<&'a [u8], ContainerError> {
        self.0
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, content)| *content)
            .ok_or(ContainerError::Missing(name))
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ContainerError> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or(ContainerError::Length(self.at))?;
        self.rest = rest;
        self.at += length;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, ContainerError> {
        let at = self.at;
        let bytes = self.take(4)?.try_into().map_err(|_| ContainerError::Length(at))?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn u64(&mut self) -> Result<u64, ContainerError> {
        let at = self.at;
        let bytes = self.take(8)?.try_into().map_err(|_| ContainerError::Length(at))?;
        Ok(u64::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn sections_read_back(contents: Vec<Vec<u8>>) {
            let names: Vec<String> = (0..contents.len()).map(|index| format!("s{index}")).collect();
            let sections: Vec<(&str, &[u8])> = names
                .iter()
                .zip(&contents)
                .map(|(name, content)| (name.as_str(), content.as_slice()))
                .collect();
            let file = write(&sections);
            proptest::prop_assert_eq!(Container::read(&file).unwrap().0, sections);
        }

        #[test]
        fn arbitrary_bytes_and_cut_files_are_refused_without_a_panic(
            bytes: Vec<u8>,
            cut in 0_usize..40,
        ) {
            let _ = Container::read(&[MAGIC, bytes.as_slice()].concat());
            let file = write(&[("manifest", b"{}"), ("trees", b"0123456789")]);
            proptest::prop_assert!(Container::read(&file[..file.len() - 1 - cut]).is_err());
        }
    }
}
