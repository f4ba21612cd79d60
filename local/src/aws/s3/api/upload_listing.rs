//! `ListMultipartUploads` and `ListParts`.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Gateway;
use super::convert::{encoded, etag, limit, set_checksum, signed, timestamp};
use crate::aws::s3::records;

/// The greatest number of uploads or parts in an answer.
const MAX_LINES: i32 = 1000;

impl Gateway {
    pub(super) async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<ListMultipartUploadsOutput> {
        let input = request.input;
        if input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(s3_error!(NotImplemented, "uploads are listed without a delimiter"));
        }
        let max_uploads = limit("max-uploads", input.max_uploads, MAX_LINES)?;
        let most = max_uploads as usize;
        let bucket = input.bucket.clone();
        let prefix = input.prefix.clone().unwrap_or_default();
        let key = input.key_marker.clone().unwrap_or_default();
        // Without an id, every upload to the key is before the marker.
        let all = if key.is_empty() { String::new() } else { char::MAX.to_string() };
        let id = input.upload_id_marker.clone().filter(|id| !id.is_empty()).unwrap_or(all);
        let list = self
            .store
            .run(move |store| store.list_uploads(&bucket, &prefix, (&key, &id), most + 1));
        let mut found = list.await?;
        let is_truncated = found.len() > most;
        found.truncate(most);
        let last = found.last().filter(|_| is_truncated);
        let encoding = input.encoding_type.as_ref();
        let text = |text: Option<String>| text.map(|text| encoded(&text, encoding));
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            is_truncated: Some(is_truncated),
            key_marker: text(input.key_marker),
            max_uploads: Some(max_uploads),
            next_key_marker: text(last.map(|upload| upload.key.clone())),
            next_upload_id_marker: last.map(|upload| upload.id.clone()),
            prefix: text(input.prefix),
            upload_id_marker: input.upload_id_marker,
            uploads: Some(found.iter().map(|found| upload(found, encoding)).collect()),
            encoding_type: input.encoding_type.clone(),
            ..ListMultipartUploadsOutput::default()
        })
    }

    pub(super) async fn list_parts(
        &self,
        request: S3Request<ListPartsInput>,
    ) -> S3Result<ListPartsOutput> {
        let input = request.input;
        let max_parts = limit("max-parts", input.max_parts, MAX_LINES)?;
        let marker = input.part_number_marker.unwrap_or(0);
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let find = self.store.run(move |store| store.upload_with_parts(&bucket, &key, &id));
        let (upload, found) = find.await?;
        let mut found = found.iter().filter(|part| part.number > marker).peekable();
        let parts: Vec<_> = found.by_ref().take(max_parts as usize).map(part).collect();
        let is_truncated = found.peek().is_some();
        let last = parts.last().filter(|_| is_truncated);
        Ok(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            checksum_algorithm: Some(ChecksumAlgorithm::from_static(upload.algorithm.name())),
            checksum_type: Some(ChecksumType::from_static(upload.coverage.name())),
            is_truncated: Some(is_truncated),
            max_parts: Some(max_parts),
            next_part_number_marker: last.and_then(|part| part.part_number),
            part_number_marker: Some(marker),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            parts: Some(parts),
            ..ListPartsOutput::default()
        })
    }
}

fn upload(upload: &records::Upload, encoding: Option<&EncodingType>) -> MultipartUpload {
    MultipartUpload {
        key: Some(encoded(&upload.key, encoding)),
        upload_id: Some(upload.id.clone()),
        initiated: Some(timestamp(upload.initiated)),
        checksum_algorithm: Some(ChecksumAlgorithm::from_static(upload.algorithm.name())),
        checksum_type: Some(ChecksumType::from_static(upload.coverage.name())),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..MultipartUpload::default()
    }
}

fn part(part: &records::Part) -> Part {
    let mut line = Part {
        part_number: Some(part.number),
        size: Some(signed(part.size)),
        e_tag: Some(etag(&part.etag)),
        last_modified: Some(timestamp(part.modified)),
        ..Part::default()
    };
    set_checksum!(line, part.checksum);
    line
}
