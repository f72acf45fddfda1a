//! `<Pay>` and its `<Prompt>`: takes a payment.

use crate::document::Nested;
use crate::noun::Parameter;
use crate::value::{Method, words};
use crate::warning::Code;

words! {
    /// How a payment is entered.
    pub enum PayInput { Dtmf = "dtmf", }
}
words! {
    /// The kind of bank account.
    pub enum BankAccount {
        ConsumerChecking = "consumer-checking",
        ConsumerSavings = "consumer-savings",
        CommercialChecking = "commercial-checking",
        CommercialSavings = "commercial-savings",
    }
}
words! {
    /// With what is paid.
    pub enum PaymentMethod { CreditCard = "credit-card", AchDebit = "ach-debit", }
}
words! {
    /// A kind of card.
    pub enum CardType {
        Visa = "visa", Mastercard = "mastercard", Amex = "amex", Maestro = "maestro",
        Discover = "discover", Optima = "optima", Jcb = "jcb", DinersClub = "diners-club",
        Enroute = "enroute",
    }
}
words! {
    /// What the payment leaves behind for later ones.
    pub enum TokenType {
        OneTime = "one-time", Reusable = "reusable", PaymentMethod = "payment-method",
    }
}
words! {
    /// The language a payment speaks.
    pub enum PayLanguage {
        DeDe = "de-DE", EnAu = "en-AU", EnCa = "en-CA", EnGb = "en-GB", EnIn = "en-IN",
        EnIe = "en-IE", EnNz = "en-NZ", EnPh = "en-PH", EnZa = "en-ZA", EnUs = "en-US",
        EsEs = "es-ES", EsUs = "es-US", FrCa = "fr-CA", FrFr = "fr-FR", ItIt = "it-IT",
    }
}
words! {
    /// What is being asked for.
    pub enum PromptFor {
        PaymentCardNumber = "payment-card-number",
        ExpirationDate = "expiration-date",
        SecurityCode = "security-code",
        PostalCode = "postal-code",
        PaymentProcessing = "payment-processing",
        BankAccountNumber = "bank-account-number",
        BankRoutingNumber = "bank-routing-number",
    }
}
words! {
    /// What went wrong the last time it was asked for.
    pub enum PromptError {
        Timeout = "timeout",
        InvalidCardNumber = "invalid-card-number",
        InvalidCardType = "invalid-card-type",
        InvalidDate = "invalid-date",
        InvalidSecurityCode = "invalid-security-code",
        InternalError = "internal-error",
        InputMatchingFailed = "input-matching-failed",
    }
}

element! {
    /// What a payment says at one of its steps.
    pub struct Prompt = "Prompt";
    /// The step.
    step: Option<PromptFor> = None, "for", Code::Schema;
    /// The attempts it is for; empty means all.
    attempt: Vec<u32> = Vec::new(), "attempt", Code::Schema;
    /// The mistakes it is for; empty means all.
    error_type: Vec<PromptError> = Vec::new(), "errorType", Code::Schema;
    /// The cards it is for; empty means all.
    card_type: Vec<CardType> = Vec::new(), "cardType", Code::Schema;
    /// Whether the input must be given twice.
    require_matching_inputs: bool = false, "requireMatchingInputs", Code::Schema;
    -> content {
        /// What is heard.
        nested: Vec<Nested>,
    }
}

element! {
    /// Takes a payment by keys.
    pub struct Pay = "Pay";
    /// What is requested afterwards; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How it is entered.
    input: PayInput = PayInput::Dtmf, "input", Code::Schema;
    /// With what is paid.
    payment_method: PaymentMethod = PaymentMethod::CreditCard, "paymentMethod", Code::Schema;
    /// The kind of bank account.
    bank_account_type: Option<BankAccount> = None, "bankAccountType", Code::Schema;
    /// The cards that are taken.
    valid_card_types: Vec<CardType> = usual_cards(), "validCardTypes", Code::Schema;
    /// Seconds to wait for every key.
    timeout: u32 = 5, "timeout", Code::Schema, in 1..=600;
    /// How often a step is tried.
    max_attempts: u32 = 1, "maxAttempts", Code::Schema, in 1..=3;
    /// Whether the security code is asked for.
    security_code: bool = true, "securityCode", Code::Schema;
    /// Whether the postal code is asked for (`true`, `false`), or what it is.
    postal_code: Option<String> = None, "postalCode", Code::Schema;
    /// The least letters of a postal code.
    min_postal_code_length: Option<u32> = None, "minPostalCodeLength", Code::Schema;
    /// The connector that pays; absent means `Default`.
    payment_connector: Option<String> = None, "paymentConnector", Code::Schema;
    /// What the payment leaves behind.
    token_type: TokenType = TokenType::Reusable, "tokenType", Code::Schema;
    /// The amount, as decimal text; absent means that nothing is charged.
    charge_amount: Option<String> = None, "chargeAmount", Code::Schema;
    /// The currency; absent means `usd`.
    currency: Option<String> = None, "currency", Code::Schema;
    /// The language it speaks.
    language: PayLanguage = PayLanguage::EnUs, "language", Code::Schema;
    /// What the payment is for.
    description: Option<String> = None, "description", Code::Schema;
    /// Where its steps are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    -> content {
        /// What is said at the steps.
        prompts: Vec<Prompt> => prompt(Prompt),
        /// Parameters for the connector.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

fn usual_cards() -> Vec<CardType> {
    vec![CardType::Visa, CardType::Mastercard, CardType::Amex]
}
