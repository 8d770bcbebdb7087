"""What Shopify is asked, in GraphQL, held to `tests/providers/shopify_schema.graphql`.

A query is charged for what it could give: pages are so small that each costs well below the 1,000
points that one may.
"""

from __future__ import annotations

_ADDRESS = """
fragment AddressParts on MailingAddress {
  address1 address2 zip city provinceCode countryCodeV2 firstName lastName company phone
}
"""
_LINES = """
fragment LineParts on LineItemConnection {
  nodes {
    id title variantTitle quantity currentQuantity unfulfilledQuantity
    discountedUnitPriceSet { presentmentMoney { amount currencyCode } }
    product { id }
    variant { id }
  }
  pageInfo { hasNextPage endCursor }
}
"""
_ORDER = (
    _ADDRESS
    + _LINES
    + """
fragment OrderParts on Order {
  id name email createdAt cancelledAt cancelReason cancellation { staffNote }
  displayFinancialStatus displayFulfillmentStatus returnStatus
  customer { id }
  totalPriceSet { presentmentMoney { amount currencyCode } }
  netPaymentSet { presentmentMoney { amount currencyCode } }
  shippingAddress { ...AddressParts }
  billingAddress { ...AddressParts }
  lineItems(first: 10) { ...LineParts }
  fulfillments(first: 5) {
    id status displayStatus createdAt updatedAt inTransitAt deliveredAt estimatedDeliveryAt
    trackingInfo(first: 1) { company number url }
    fulfillmentLineItems(first: 10) { nodes { lineItem { id } } }
  }
  transactions(first: 10) {
    kind status gateway formattedGateway createdAt processedAt
    amountSet { presentmentMoney { amount currencyCode } }
    paymentDetails { ... on CardPaymentDetails { company number } }
  }
}
"""
)
_CUSTOMER = """
fragment CustomerParts on Customer {
  id firstName lastName tags
  defaultEmailAddress { emailAddress }
  defaultPhoneNumber { phoneNumber }
  defaultAddress { countryCodeV2 zip }
}
"""

# Two, to see whether the number is there twice.
ORDER_BY_NAME = _ORDER + (
    "query OrderByName($search: String!) {"
    " orders(first: 2, query: $search) {"
    " nodes { ...OrderParts } pageInfo { hasNextPage endCursor } } }"
)
ORDERS_OF_CUSTOMER = _ORDER + (
    "query OrdersOfCustomer($id: ID!, $first: Int!, $after: String) { customer(id: $id) {"
    " orders(first: $first, after: $after, sortKey: CREATED_AT, reverse: true) {"
    " nodes { ...OrderParts } pageInfo { hasNextPage endCursor } } } }"
)
MORE_LINES = _LINES + (
    "query MoreLines($id: ID!, $after: String) { order(id: $id) {"
    " lineItems(first: 50, after: $after) { ...LineParts } } }"
)
CUSTOMER = _CUSTOMER + "query Customer($id: ID!) { customer(id: $id) { ...CustomerParts } }"
CUSTOMER_BY_EMAIL = _CUSTOMER + (
    "query CustomerByEmail($identifier: CustomerIdentifierInput!) {"
    " customerByIdentifier(identifier: $identifier) { ...CustomerParts } }"
)
# By any words of theirs: the caller compares the name.
CUSTOMERS_BY_WORDS = _CUSTOMER + (
    "query CustomersByWords($search: String!, $after: String) {"
    " customers(first: 20, after: $after, query: $search) {"
    " nodes { ...CustomerParts } pageInfo { hasNextPage endCursor } } }"
)
SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } }"
JOB = "query Job($id: ID!) { job(id: $id) { id done } }"
CANCEL = (
    "mutation Cancel($orderId: ID!, $note: String) {"
    " orderCancel(orderId: $orderId, reason: CUSTOMER, restock: true, notifyCustomer: true,"
    " refundMethod: { originalPaymentMethodsRefund: true }, staffNote: $note) {"
    " job { id done } orderCancelUserErrors { field message code } } }"
)
MOVE = _ADDRESS + (
    "mutation Move($input: OrderInput!) { orderUpdate(input: $input) {"
    " order { shippingAddress { ...AddressParts } } userErrors { field message } } }"
)
