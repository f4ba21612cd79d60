//! `PutObject`.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Gateway;
use super::content::Content;
use super::convert::{
    attributes, check_metadata, checksum_headers, etag, set_checksum, signed, write_condition,
};
use crate::aws::s3::checksum::Algorithm;
use crate::aws::s3::claim::Claim;
use crate::aws::s3::records::Reason;
use crate::aws::s3::store::NewObject;

impl Gateway {
    pub(super) async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<PutObjectOutput> {
        let S3Request { input, headers, trailing_headers, .. } = request;
        if input.write_offset_bytes.is_some() {
            return Err(s3_error!(NotImplemented, "objects cannot be appended to"));
        }
        if input.tagging.is_some() || input.sse_customer_key.is_some() {
            return Err(s3_error!(NotImplemented, "neither tags nor customer keys are supported"));
        }
        let condition = write_condition(input.if_match, input.if_none_match)?;
        let values = checksum_headers!(input);
        let wanted = input.checksum_algorithm.as_ref();
        let claim = Claim::read(&values, wanted, &headers, trailing_headers)?;
        let attributes = attributes!(input);
        check_metadata(&attributes)?;
        let content = Content {
            body: input.body,
            length: input.content_length,
            md5: input.content_md5,
            claim,
        };
        let content = self.receive(content, Algorithm::DEFAULT).await?;
        let new = NewObject {
            bucket: input.bucket,
            key: input.key,
            size: content.size,
            etag: content.etag(),
            checksum: content.checksum,
            blob: content.blob,
            attributes,
            part_sizes: Vec::new(),
            reason: Reason::Put,
            condition,
        };
        let object = self.store.run(move |store| store.put(new)).await?;
        let mut output = PutObjectOutput {
            e_tag: Some(etag(&object.etag)),
            size: Some(signed(object.size)),
            checksum_type: Some(ChecksumType::from_static(object.checksum.coverage.name())),
            ..PutObjectOutput::default()
        };
        set_checksum!(output, object.checksum);
        Ok(output)
    }
}
