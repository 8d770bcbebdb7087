"""Finding and masking secrets and personal data; imports none of the other rooms."""

from privacy.mask import PLACEHOLDERS, Masked, SealError, mask_secrets, unseal_code
from privacy.personal import mask_personal
from privacy.seal import check_seal_secret

__all__ = [
    "PLACEHOLDERS",
    "Masked",
    "SealError",
    "check_seal_secret",
    "mask_personal",
    "mask_secrets",
    "unseal_code",
]
