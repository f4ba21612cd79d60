//! The content type of a body.

use super::error::ProtocolError;
use super::violation::shorten;

/// The media types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`, or another type that ends in `+json`.
    Json,
    /// `text/csv`.
    Csv,
}

impl MediaType {
    /// The media type that a content type names, whatever its parameters.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name| essence.eq_ignore_ascii_case(name);
        let suffix = essence.rsplit_once('+').map(|(_, suffix)| suffix);
        if is("application/json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("json"))
        {
            Some(Self::Json)
        } else {
            is("text/csv").then_some(Self::Csv)
        }
    }

    /// The media type of a request, whose only parameter may be `charset=utf-8`.
    pub(super) fn of_request(content_type: Option<&str>) -> Result<Self, ProtocolError> {
        let content_type = content_type.filter(|it| !it.trim().is_empty());
        let content_type = content_type.ok_or(ProtocolError::NoMediaType)?;
        let media_type = Self::of(content_type)
            .ok_or_else(|| ProtocolError::MediaType { found: shorten(content_type) })?;
        let parameters = content_type.split(';').skip(1).map(str::trim);
        match parameters.filter(|parameter| !parameter.is_empty()).find(|p| !is_utf8(p)) {
            None => Ok(media_type),
            Some(found) => Err(ProtocolError::MediaTypeParameter { found: shorten(found) }),
        }
    }
}

fn is_utf8(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("charset")
            && (value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str) -> Result<MediaType, String> {
        MediaType::of_request(Some(content_type)).map_err(|error| error.to_string())
    }

    #[test]
    fn json_and_csv_in_utf8_are_read() {
        for json in ["application/json", "Application/JSON ; charset=UTF-8", "application/x+json;"]
        {
            assert_eq!(read(json), Ok(MediaType::Json), "{json}");
        }
        for csv in ["text/csv", "text/csv;charset=\"utf8\""] {
            assert_eq!(read(csv), Ok(MediaType::Csv), "{csv}");
        }
    }

    #[test]
    fn other_types_and_parameters_are_refused() {
        for other in ["text/plain", "json", "application/x-www-form-urlencoded"] {
            assert_eq!(
                read(other).unwrap_err(),
                format!(
                    "the content type `{other}` is not read here: send `application/json` or \
                     `text/csv`"
                )
            );
        }
        for parameter in ["charset=latin-1", "header=present", "charset"] {
            assert_eq!(
                read(&format!("text/csv; {parameter}")).unwrap_err(),
                format!(
                    "the content type's `{parameter}` is not supported: the only parameter is \
                     `charset=utf-8`"
                )
            );
        }
        for none in [None, Some(""), Some(" ")] {
            assert_eq!(
                MediaType::of_request(none).unwrap_err().to_string(),
                "the request has no content type: send `application/json` or `text/csv`"
            );
        }
    }
}
