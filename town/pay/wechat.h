/*
 * WeChat Pay API v3 for a platform of sub-merchants (电商收付通), as a provider (provider.h). Its
 * object of pay.json, "wechat":
 *
 *   mchid          the platform's own merchant number (combine_mchid, sp_mchid)
 *   appid          the app that payments are made in, bound to mchid
 *   serial         of the merchant's certificate, that `private_key` belongs to
 *   private_key    PEM, or the name of a file of it
 *   apiv3_key      32 characters: the notices' key
 *   platform_keys  whom to believe: a list of PEM certificates (texts or files; each is known by
 *                  its own serial) and of {"id": "PUB_KEY_ID_…", "key": PEM or file}
 *   channels       of ["native", "h5", "jsapi"]; absent: ["native"]
 *   app_secret     of the app (a service account): without it nobody pays inside WeChat ("jsapi")
 *   app_url        who tells the payer; absent: https://api.weixin.qq.com
 *   consent_url    where the app's browser is sent for that; absent: https://open.weixin.qq.com
 *   base_url       absent: https://api.mch.weixin.qq.com; http:// only to this machine itself
 *
 * All payments, of one order too, are combined ones (合单): one way to open, ask, close and be told
 * instead of two that must agree, and each part has its own merchant, number and money either way.
 *
 * What could not be tried against WeChat Pay itself: a combined payment of a single part whose
 * number is that of the whole; what a bill says of a merchant without a trade that day; receivers
 * of shares are added at the merchant platform, not here.
 */
#ifndef TOWN_PAY_WECHAT_H
#define TOWN_PAY_WECHAT_H

#include "town/pay/provider.h"

#endif
