#include "town/sealed.h"

#include "store/queries.h"

#define COLUMN(purpose, name)                                                                      \
    {                                                                                              \
        purpose, &q_##name##_next, &q_##name##_put, &q_##name##_count                              \
    }

const struct seal_column town_sealed[] = {
    COLUMN("users.phone", people_phone_seal),
    COLUMN("addresses.name", people_address_name_seal),
    COLUMN("addresses.phone", people_address_phone_seal),
    COLUMN("addresses.detail", people_address_detail_seal),
    COLUMN("second_factors.secret", people_second_seal),
    COLUMN("factories.contact", factories_contact_seal),
    COLUMN("factories.phone", factories_phone_seal),
    COLUMN("agency_contacts.name", agencies_contact_name_seal),
    COLUMN("agency_contacts.phone", agencies_contact_phone_seal),
    COLUMN("notice_contacts.mail", messages_mail_seal),
    COLUMN("notice_contacts.wanted", messages_wanted_seal),
    COLUMN("shows.key", shows_key_seal),
    COLUMN("relay.key", relay_key_seal),
    COLUMN("draws.seed", offers_seed_seal),
    COLUMN("order_receivers.name", trade_receiver_name_seal),
    COLUMN("order_receivers.phone", trade_receiver_phone_seal),
    COLUMN("order_receivers.address", trade_receiver_address_seal),
    COLUMN("claim_notes.words", claims_note_seal),
    COLUMN("return_places.words", claims_place_seal),
    COLUMN("talk_words.words", talk_words_seal),
    COLUMN("house_complaints.words", house_complaint_words_seal),
    COLUMN("house_complaints.contact", house_complaint_contact_seal),
    COLUMN("house_complaint_events.words", house_complaint_said_seal),
    COLUMN("invoices.title", invoice_title_seal),
    COLUMN("invoices.tax", invoice_tax_seal),
    COLUMN("invoices.email", invoice_email_seal),
    COLUMN("invoices.reason", invoice_reason_seal),
    COLUMN("training.name", training_name_seal),
    COLUMN("training.certificate_name", training_certificate_name_seal),
};
const size_t town_sealed_n = sizeof(town_sealed) / sizeof(town_sealed[0]);
