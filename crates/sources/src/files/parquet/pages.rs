//! How much the pages of a Parquet file take once they are unpacked, which only their own headers tell: structs in Thrift's
//! compact protocol, of which three numbers are read and the rest is passed over.

/// The value of `type` in the header of a dictionary.
const DICTIONARY: i64 = 2;
/// How deep a header's structs lie in each other at most.
const MAX_DEPTH: usize = 8;

/// What the pages of a column take while it is read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unpacked {
    /// The dictionary, which stays.
    dictionary: usize,
    /// The longest of the others, which follow one another.
    longest: usize,
}

impl Unpacked {
    /// Takes the pages into account that these bytes of a file are, up to one that nothing can be told of.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while let Some((page, rest)) = page(bytes) {
            bytes = rest;
            if page.is_dictionary {
                self.dictionary = self.dictionary.max(page.unpacked);
            } else {
                self.longest = self.longest.max(page.unpacked);
            }
        }
    }

    pub(super) fn bytes(self) -> usize {
        self.dictionary.saturating_add(self.longest)
    }
}

struct Page {
    is_dictionary: bool,
    unpacked: usize,
}

/// The first page, and the bytes after it.
fn page(bytes: &[u8]) -> Option<(Page, &[u8])> {
    let mut header = Compact { bytes };
    let [mut kind, mut unpacked, mut packed] = [None; 3];
    let mut field = 0;
    loop {
        let (number, value) = header.field(field)?;
        field = number;
        match (number, value) {
            (_, Kind::End) => break,
            (1, Kind::Number) => kind = Some(header.number()?),
            (2, Kind::Number) => unpacked = Some(header.number()?),
            (3, Kind::Number) => packed = Some(header.number()?),
            _ => header.skip(value, MAX_DEPTH)?,
        }
    }
    let page = Page { is_dictionary: kind? == DICTIONARY, unpacked: usize::try_from(unpacked?).ok()? };
    Some((page, header.bytes.get(usize::try_from(packed?).ok()?..)?))
}

/// Bytes in the compact protocol.
struct Compact<'a> {
    bytes: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The struct ends.
    End,
    Boolean,
    Byte,
    Number,
    Double,
    Bytes,
    List,
    Map,
    Struct,
}

impl Kind {
    fn of(sign: u8) -> Option<Self> {
        Some(match sign {
            0 => Self::End,
            1 | 2 => Self::Boolean,
            3 => Self::Byte,
            4..=6 => Self::Number,
            7 => Self::Double,
            8 => Self::Bytes,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            _ => return None,
        })
    }
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn pass(&mut self, count: usize) -> Option<()> {
        self.bytes = self.bytes.get(count..)?;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number with a sign, which its last bit tells.
    fn number(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// The number and kind of a struct's next field after that of this number.
    fn field(&mut self, last: i64) -> Option<(i64, Kind)> {
        let head = self.byte()?;
        let kind = Kind::of(head & 0xf)?;
        let number = match head >> 4 {
            0 if kind == Kind::End => last,
            0 => self.number()?,
            more => last.checked_add(i64::from(more))?,
        };
        Some((number, kind))
    }

    fn skip(&mut self, kind: Kind, depth: usize) -> Option<()> {
        match kind {
            Kind::Boolean => Some(()),
            Kind::Byte => self.pass(1),
            Kind::Number => self.unsigned().map(drop),
            Kind::Double => self.pass(8),
            Kind::Bytes => {
                let length = self.unsigned()?;
                self.pass(usize::try_from(length).ok()?)
            }
            Kind::Struct => {
                let depth = depth.checked_sub(1)?;
                let mut last = 0;
                loop {
                    let (number, kind) = self.field(last)?;
                    if kind == Kind::End {
                        return Some(());
                    }
                    last = number;
                    self.skip(kind, depth)?;
                }
            }
            // No header of a page has any.
            Kind::List | Kind::Map | Kind::End => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    #[test]
    fn pages_are_as_long_as_the_reader_of_the_library_unpacks_them() {
        let texts =
            StringArray::from_iter_values((0..50_000).map(|number| format!("the text of number {}", number % 700)));
        let batch = RecordBatch::try_from_iter([("t", Arc::new(texts) as ArrayRef)]).unwrap();
        for (version, has_dictionary) in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0]
            .into_iter()
            .flat_map(|version| [(version, true), (version, false)])
        {
            let properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(has_dictionary)
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_data_page_size_limit(20_000);
            let mut file = Vec::new();
            let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties.build())).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
            let file = bytes::Bytes::from(file);
            let reader = SerializedFileReader::new(file.clone()).unwrap();
            let (start, length) = reader.metadata().row_group(0).column(0).byte_range();
            let mut expected = Unpacked::default();
            let group = reader.get_row_group(0).unwrap();
            let mut pages = group.get_column_page_reader(0).unwrap();
            while let Some(page) = pages.get_next_page().unwrap() {
                let length = page.buffer().len();
                match page.page_type() {
                    parquet::basic::PageType::DICTIONARY_PAGE => expected.dictionary = length,
                    _ => expected.longest = expected.longest.max(length),
                }
            }
            let (start, length) = (usize::try_from(start).unwrap(), usize::try_from(length).unwrap());
            let mut unpacked = Unpacked::default();
            unpacked.add(&file[start..start + length]);
            assert_eq!(unpacked, expected);
            assert_eq!(unpacked.dictionary > 0, has_dictionary);
            assert!(unpacked.longest > 500, "{unpacked:?}");
        }
    }

    #[test]
    fn what_is_no_page_says_nothing() {
        for bytes in [
            &b""[..],
            b"\x15",
            b"\0",
            b"\xff\xff\xff",
            &[0x15; 100],
            &[0x1c; 100],
            &[0xff; 100],
            b"\x15\x04\x15\x7f\x15\x09\0",
        ] {
            let mut unpacked = Unpacked::default();
            unpacked.add(bytes);
            assert_eq!(unpacked, Unpacked::default(), "{bytes:?}");
        }
    }
}
