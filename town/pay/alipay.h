/*
 * Alipay's open platform with sub-merchants (互联网平台直付通), as a provider (provider.h). Its
 * object of pay.json, "alipay":
 *
 *   app_id          the platform's app
 *   private_key     of the app: PEM or bare base64, or the name of a file of it
 *   alipay_key      Alipay's public key (支付宝公钥), in the same ways
 *   seller_id       optional: notices of other sellers are refused
 *   channels        of ["native", "h5"]; absent: ["native"]
 *   native          "qr" (absent: alipay.trade.precreate) or "page" (alipay.trade.page.pay: the
 *                   browser goes to Alipay's own cashier)
 *   settle_period   after how many days Alipay settles by itself what was not released: 1 to 365;
 *                   absent: 90
 *   bill_type       of the nightly statement; absent: "trade"
 *   base_url        absent: https://openapi.alipay.com/gateway.do; http:// only to this machine
 *
 * One order a payment: a cart of several makers is paid one after the other.
 *
 * What could not be tried against Alipay itself: a trade is confirmed for settlement, its money
 * kept frozen (royalty_freeze), before the first share; release ends the sharing (royalty_finish).
 * Shares go back by alipay.trade.refund with refund_royalty_parameters and an amount of 0.00 for
 * the buyer, as the refund itself is an instruction of its own. Statements name no sub-merchant.
 * Who shares is bound to the app (分账关系绑定) at Alipay, not here.
 */
#ifndef TOWN_PAY_ALIPAY_H
#define TOWN_PAY_ALIPAY_H

#include "town/pay/provider.h"

#endif
