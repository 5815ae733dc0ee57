//! The texts of problems, in English and Persian: one table, so that no code is without either.
use super::problem::Lang;

/// What a code of the protocol is called.
pub fn title(code: &str, status: u16, lang: Lang) -> &'static str {
    let (en, fa) = match code {
        "unauthorized" => ("Sign in first, or again", "نخست وارد شوید"),
        "invalid_credentials" => ("The email or the password is not right", "رایانامه یا گذرواژه درست نیست"),
        "second_factor_required" => ("The code of the second factor is needed", "کد مرحلهٔ دوم لازم است"),
        "session_required" => (
            "Sign in with a password for this; an API key can't do it",
            "برای این کار با گذرواژه وارد شوید؛ کلید API بسنده نیست",
        ),
        "invalid_grant" => (
            "The refresh token is not good any more; sign in again",
            "توکن نوسازی دیگر معتبر نیست؛ دوباره وارد شوید",
        ),
        "invalid_link" => (
            "The link was used, is too old, or is not one of ours; ask for a new one",
            "این نشانی به کار رفته، کهنه یا ناشناخته است؛ نشانی تازه‌ای بخواهید",
        ),
        "user_inactive" => ("The user is switched off", "این کاربر غیرفعال است"),
        "password_chosen" => ("The user has chosen a password already", "این کاربر پیش‌تر گذرواژه برگزیده است"),
        "invalid_client" => ("The client is not known, or not by this secret", "کارخواه یا راز آن شناخته نیست"),
        "invalid_request" => ("A parameter is missing or stands twice", "پارامتری نیست یا دو بار آمده است"),
        "invalid_scope" => ("The client may not have that scope", "کارخواه آن دامنه را نمی‌تواند داشته باشد"),
        "unsupported_grant_type" => ("Only client_credentials is taken here", "اینجا تنها client_credentials پذیرفته است"),
        "second_factor_on" => (
            "A second factor is on already; remove it first",
            "مرحلهٔ دوم از پیش روشن است؛ نخست آن را بردارید",
        ),
        "second_factor_off" => ("There is no second factor to confirm or remove", "مرحلهٔ دومی در کار نیست"),
        "in_use" => (
            "Others still refer to it; move them first",
            "چیزهای دیگری هنوز به آن وابسته‌اند؛ نخست جابه‌جایشان کنید",
        ),
        "coupon_not_valid" => (
            "The coupon is not valid on this day, or no longer",
            "این کوپن در این روز اعتبار ندارد یا دیگر معتبر نیست",
        ),
        "coupon_of_another" => ("The coupon is another customer's", "این کوپن از آن مشتری دیگری است"),
        "coupon_needs_customer" => (
            "The coupon is limited by customer; say who uses it",
            "سقف این کوپن برای هر مشتری است؛ بگویید چه کسی آن را به کار می‌برد",
        ),
        "coupon_used_up" => (
            "The coupon was used as often as it may be",
            "این کوپن به اندازهٔ سقفش به کار رفته است",
        ),
        "quote_not_draft" => (
            "Only a draft can be changed; make a new version",
            "تنها پیش‌نویس را می‌توان دگرگون کرد؛ نسخهٔ تازه‌ای بسازید",
        ),
        "quote_status" => (
            "The quote is not at a point where this can be done",
            "پیش‌فاکتور در مرحله‌ای نیست که این کار شدنی باشد",
        ),
        "quote_expired" => ("The last day of the quote has passed", "اعتبار پیش‌فاکتور گذشته است"),
        "self_approval" => (
            "Somebody else must approve this: nobody approves what is their own",
            "کس دیگری باید این را بپذیرد؛ هیچ‌کس کار خود را تأیید نمی‌کند",
        ),
        "no_approver" => (
            "No limit reaches this discount, so nobody could approve it",
            "هیچ سقفی به این تخفیف نمی‌رسد و کسی نیست که آن را تأیید کند",
        ),
        "not_pending" => ("Nothing waits for a decision", "چیزی در انتظار تصمیم نیست"),
        "already_released" => ("It was given back already", "پیش‌تر آزاد شده است"),
        "parent_deleted" => ("What it belongs to is gone", "آنچه به آن تعلق دارد دیگر نیست"),
        "changed_meanwhile" => (
            "It was changed by another request meanwhile",
            "درخواست دیگری در این میان آن را دگرگون کرد",
        ),
        "last_owner" => (
            "Somebody must be left who may do everything",
            "باید کسی بماند که هر کاری بتواند بکند",
        ),
        "too_many_failures" => (
            "Too many failed sign-ins; wait before the next",
            "ورود ناموفق بیش از اندازه بوده است؛ پیش از تلاش بعدی درنگ کنید",
        ),
        "forbidden" => ("You may not do this", "اجازهٔ این کار را ندارید"),
        "not_found" => (
            "There is no such thing, or it is not yours to see",
            "چنین چیزی نیست یا دیدنش با شما نیست",
        ),
        "method_not_allowed" => ("This address does not take that method", "این نشانی آن روش را نمی‌پذیرد"),
        "not_acceptable" => ("We can't answer in that form", "به آن شکل نمی‌توانیم پاسخ دهیم"),
        "unsupported_media_type" => ("We don't read that kind of body", "این گونه بدنه را نمی‌خوانیم"),
        "invalid" => ("The request says something wrong", "درخواست چیزی نادرست دارد"),
        "invalid_query" => ("The query says something wrong", "پرسش چیزی نادرست دارد"),
        "invalid_json" => ("The body is not JSON as we read it", "بدنه JSON درستی نیست"),
        "duplicate_member" => ("A member stands twice in the body", "عضوی دو بار در بدنه آمده است"),
        "unknown_parameter" => ("There is no such query parameter", "چنین پارامتری نیست"),
        "repeated_parameter" => ("A parameter stands twice", "پارامتری دو بار آمده است"),
        "invalid_parameter" => (
            "A parameter or header is not written as it must be",
            "پارامتر یا سرایندی درست نوشته نشده است",
        ),
        "cursor_mismatch" => (
            "The cursor belongs to another list; start again without it",
            "این نشانگر از آن فهرست دیگری است؛ بی آن از نو آغاز کنید",
        ),
        "cursor_expired" => (
            "The cursor is too old; take a full copy and go on from there",
            "نشانگر کهنه است؛ نسخهٔ کامل بگیرید و از آنجا ادامه دهید",
        ),
        "stale" => (
            "It has changed since you read it; read it again",
            "پس از خواندن شما دگرگون شده است؛ دوباره بخوانید",
        ),
        "precondition_failed" => ("The precondition does not hold", "پیش‌شرط برقرار نیست"),
        "precondition_required" => (
            "Say which version you mean to change (If-Match)",
            "بگویید کدام نسخه را دگرگون می‌کنید (If-Match)",
        ),
        "not_in_trash" => ("It is not in the trash", "در سطل زباله نیست"),
        "criteria_unmet" => (
            "Something is missing before the deal may go on",
            "پیش از رفتن معامله به مرحلهٔ بعد چیزی کم است",
        ),
        "lead_converted" => ("The lead has become a customer", "این سرنخ به مشتری تبدیل شده است"),
        "lead_disqualified" => (
            "The lead was turned down; recycle it first",
            "این سرنخ رد شده است؛ نخست آن را بازیافت کنید",
        ),
        "lead_open" => ("The lead was not turned down", "این سرنخ رد نشده است"),
        "lead_closed" => ("The lead was converted or turned down", "این سرنخ تبدیل یا رد شده است"),
        "nobody_to_assign" => ("No assignment rule has somebody for it", "هیچ قاعدهٔ واگذاری کسی برای آن ندارد"),
        "too_many_rules" => ("There are as many such rules as there can be", "جای قاعدهٔ دیگری از این گونه نیست"),
        "opportunity_closed" => (
            "The deal was won or lost; reopen it first",
            "معامله بسته شده است؛ نخست آن را بازگشایید",
        ),
        "opportunity_open" => ("The deal is neither won nor lost", "معامله هنوز باز است"),
        "stage_is_current" => ("The deal is in that stage already", "معامله هم‌اکنون در همین مرحله است"),
        "stage_not_next" => ("The deal's stage does not lead there", "از مرحلهٔ کنونی به آنجا راهی نیست"),
        "stage_closes" => (
            "That stage is for deals that are won or lost: use win or lose",
            "آن مرحله برای معاملهٔ بسته است: از win یا lose بهره ببرید",
        ),
        "going_back_forbidden" => ("Deals of this pipeline don't go back", "معامله در این فرایند به عقب بازنمی‌گردد"),
        "reopening_forbidden" => (
            "Deals of this pipeline are not reopened, or not any more",
            "معامله در این فرایند بازگشوده نمی‌شود یا مهلتش گذشته است",
        ),
        "no_pipeline" => ("There is no pipeline yet; make one first", "هنوز فرایندی نیست؛ نخست یکی بسازید"),
        "pipeline_without_stage" => (
            "The pipeline has no stage for a deal of this status",
            "این فرایند برای معامله‌ای با این وضعیت مرحله‌ای ندارد",
        ),
        "too_many_stages" => ("The pipeline has as many stages as it can have", "این فرایند جای مرحلهٔ دیگری ندارد"),
        "duplicate" => (
            "Another customer has the same id, email address or mobile number",
            "مشتری دیگری همین شناسه، رایانامه یا شمارهٔ همراه را دارد",
        ),
        "merged" => (
            "It was merged into another record; change that one, or undo the merge",
            "در رکورد دیگری ادغام شده است؛ آن را دگرگون کنید یا ادغام را بازگردانید",
        ),
        "later_merge" => (
            "A later merge changed the same records; undo that one first",
            "ادغام تازه‌تری همین رکوردها را دگرگون کرده است؛ نخست آن را بازگردانید",
        ),
        "suggestion_decided" => ("The suggestion has been decided on", "دربارهٔ این پیشنهاد پیش‌تر تصمیم گرفته شده است"),
        "merge_undone" => ("The merge has been undone", "این ادغام پیش‌تر بازگردانده شده است"),
        "undo_expired" => ("The time to undo the merge is over", "مهلت بازگرداندن این ادغام گذشته است"),
        "merge_not_undoable" => (
            "A record of the merge is in the trash or erased",
            "رکوردی از این ادغام در سطل زباله یا پاک شده است",
        ),
        "bulk_running" => ("It is still running; cancel it first", "هنوز در جریان است؛ نخست آن را متوقف کنید"),
        "bulk_ended" => ("It has ended already", "پیش‌تر پایان یافته است"),
        "bulk_undone" => ("It has been undone already", "پیش‌تر بازگردانده شده است"),
        "bulk_nothing_to_undo" => ("It changed nothing that could be undone", "چیزی را دگرگون نکرده است که بازگردد"),
        "too_many_bulk_actions" => (
            "Too many of your bulk actions are running; wait for one to end",
            "کارهای گروهی در جریان شما بیش از اندازه‌اند؛ بگذارید یکی پایان یابد",
        ),
        "group_is_dynamic" => (
            "The group has a condition; who is in it follows from that",
            "این گروه شرط دارد؛ اعضایش را همان شرط برمی‌گزیند",
        ),
        "group_is_static" => (
            "The group is kept by hand; there is nothing to rebuild",
            "اعضای این گروه دستی‌اند؛ چیزی برای بازسازی نیست",
        ),
        "too_many_groups" => (
            "There are as many groups with a condition as there may be",
            "شمار گروه‌های شرط‌دار به بیشترین اندازه رسیده است",
        ),
        "taken" => (
            "A value that must be unique belongs to another record",
            "مقداری که باید یکتا باشد از آن رکورد دیگری است",
        ),
        "idempotency_key_reused" => (
            "This idempotency key came with another request",
            "این کلید تکرار با درخواست دیگری آمده است",
        ),
        "idempotency_in_flight" => (
            "The first request of this key is still being worked on",
            "نخستین درخواست این کلید هنوز در دست کار است",
        ),
        "idempotency_required" => ("This needs an Idempotency-Key", "این کار Idempotency-Key می‌خواهد"),
        "rate_limited" => ("Too many requests; wait a little", "درخواست‌ها بیش از اندازه است؛ کمی درنگ کنید"),
        "overloaded" => ("Too much to do right now; try again", "اکنون سرمان شلوغ است؛ دوباره بکوشید"),
        "stopping" => ("The server is stopping; try again", "سرور در حال ایستادن است؛ دوباره بکوشید"),
        "storage_full" => ("There is no room left to write", "جایی برای نوشتن نمانده است"),
        "database_away" => (
            "The database can't be reached right now; try again",
            "پایگاه داده اکنون در دسترس نیست؛ دوباره بکوشید",
        ),
        "documents_away" => (
            "The place of documents can't be reached right now; try again",
            "جای نگهداری اسناد اکنون در دسترس نیست؛ دوباره بکوشید",
        ),
        "payload_too_large" => ("The body is too large", "بدنه بیش از اندازه بزرگ است"),
        "uri_too_long" => ("The address is too long", "نشانی بیش از اندازه بلند است"),
        "headers_too_large" => ("The headers are too large", "سرایندها بیش از اندازه بزرگ‌اند"),
        "timeout" => ("The request took too long to arrive", "رسیدن درخواست بیش از اندازه طول کشید"),
        "invalid_encoding" => (
            "The body is not packed as Content-Encoding says",
            "بدنه آن‌گونه که Content-Encoding می‌گوید فشرده نشده است",
        ),
        "incomplete_body" => ("The body did not arrive whole", "بدنه کامل نرسید"),
        "unreadable_file" => ("The file can't be read as its format says", "پرونده به شکل گفته‌شده خوانا نیست"),
        "import_started" => ("The import has been started", "درون‌ریزی آغاز شده است"),
        "import_without_data" => ("The import has no file yet", "درون‌ریزی هنوز پرونده ندارد"),
        "import_ended" => ("The import has come to its end", "درون‌ریزی به پایان رسیده است"),
        "import_running" => ("The import is still running", "درون‌ریزی هنوز در جریان است"),
        "import_undone" => ("The import has been taken back", "درون‌ریزی پس گرفته شده است"),
        "import_nothing_to_undo" => ("The import has written nothing", "درون‌ریزی چیزی ننوشته است"),
        "job_not_stopped" => (
            "Only a parked or cancelled job can be tried again",
            "تنها کارِ کنارگذاشته یا لغوشده را می‌توان از سر گرفت",
        ),
        "job_key_open" => ("Another open job does the same work", "کارِ باز دیگری همین را انجام می‌دهد"),
        "job_over" => ("The job is over already", "این کار پیش‌تر به پایان رسیده است"),
        "document_held" => ("A legal hold keeps it from being deleted", "توقیف قانونی نمی‌گذارد حذف شود"),
        "document_retained" => (
            "Its retention is not over; it can't be deleted yet",
            "زمان نگهداری‌اش به سر نیامده است؛ هنوز حذف نمی‌شود",
        ),
        "retention_rule_inactive" => ("The rule is not active", "این قاعده فعال نیست"),
        "identifier_erased" => (
            "Somebody who was erased was known by it; it does not come in again",
            "از آنِ کسی است که داده‌هایش پاک شده است؛ دوباره پذیرفته نمی‌شود",
        ),
        "customer_erased" => ("The customer was erased", "داده‌های این مشتری پاک شده است"),
        "erasure_held" => (
            "A legal hold keeps something that would be erased; nothing was",
            "توقیف قانونی چیزی را نگه می‌دارد؛ چیزی پاک نشد",
        ),
        "order_not_draft" => ("The order is no draft any more", "این سفارش دیگر پیش‌نویس نیست"),
        "order_of_request" => (
            "The order is of a purchase request: cancel it instead",
            "این سفارش از درخواست خرید ساخته شده است؛ لغوش کنید",
        ),
        "request_decided" => (
            "The purchase request was decided already",
            "دربارهٔ این درخواست پیش‌تر تصمیم گرفته شده است",
        ),
        "request_not_approved" => ("Nobody has agreed to the purchase request", "کسی این درخواست خرید را نپذیرفته است"),
        "request_ordered" => (
            "An order was made of the purchase request already",
            "از این درخواست پیش‌تر سفارش ساخته شده است",
        ),
        "product_in_stock" => (
            "Some of the product is in stock, promised or on its way; retire it instead",
            "از این کالا هنوز موجودی، رزرو یا کالای در راه هست؛ آن را بازنشسته کنید",
        ),
        "refund_nothing" => (
            "Nothing is left of it that could be paid back",
            "چیزی از آن نمانده است که پس داده شود",
        ),
        "order_of_quote" => (
            "The order is of a quote that was accepted: amend it once it is confirmed, or cancel it",
            "این سفارش از پیش‌فاکتوری پذیرفته‌شده است؛ پس از تأیید اصلاحش کنید یا لغوش کنید",
        ),
        "quote_converted" => (
            "An order was made of the quote already",
            "از این پیش‌فاکتور پیش‌تر سفارش ساخته شده است",
        ),
        "contract_not_draft" => (
            "The contract holds or held: it goes on by its steps, not by edits",
            "این قرارداد پیش‌نویس نیست؛ با گام‌هایش پیش می‌رود نه با ویرایش",
        ),
        "contract_status" => (
            "That can't be done to the contract as it stands",
            "با وضع کنونی قرارداد این کار شدنی نیست",
        ),
        "contract_notice_late" => (
            "The last day for notice has passed; the contract goes on by itself",
            "مهلت اعلام گذشته است و قرارداد خودبه‌خود تمدید می‌شود",
        ),
        "order_not_open" => (
            "That can't be done to the order as it stands",
            "با وضع کنونی سفارش این کار شدنی نیست",
        ),
        "order_not_held" => ("The order does not wait for anything", "این سفارش منتظر چیزی نیست"),
        "order_held" => ("The order waits; release it first", "این سفارش متوقف است؛ نخست آزادش کنید"),
        "order_shipped" => (
            "Some of the order went out; close it instead",
            "بخشی از سفارش فرستاده شده است؛ آن را ببندید",
        ),
        "order_not_shipped" => (
            "Nothing of the order went out; cancel it instead",
            "چیزی از سفارش فرستاده نشده است؛ آن را لغو کنید",
        ),
        "order_invoiced" => (
            "The order was invoiced already, or would be beyond what it comes to",
            "سفارش پیش‌تر فاکتور شده است، یا فاکتور از مبلغ آن بیشتر می‌شود",
        ),
        "credit_blocked" => ("The customer's credit is blocked already", "اعتبار این مشتری پیش‌تر بسته شده است"),
        "credit_not_blocked" => ("The customer's credit is not blocked", "اعتبار این مشتری بسته نیست"),
        "shipment_delivered" => ("The shipment has arrived already", "این محموله پیش‌تر رسیده است"),
        "invoice_issued" => (
            "The invoice was issued and stays as it is; a credit note puts it right",
            "فاکتور صادر شده است و همان می‌ماند؛ با برگشت فروش درستش کنید",
        ),
        "invoice_draft" => ("The invoice is not issued yet", "این فاکتور هنوز صادر نشده است"),
        "invoice_settled" => ("Nothing of the invoice is owed any more", "این فاکتور دیگر بدهی ندارد"),
        "payment_reversed" => ("The payment was taken back", "این پرداخت پس گرفته شده است"),
        "payment_allocated" => (
            "Nothing is left of the payment, or nothing is owed",
            "از پرداخت چیزی نمانده است، یا بدهی‌ای نیست",
        ),
        "stock_insufficient" => ("There is not enough of it in stock", "موجودی آن بسنده نیست"),
        "stock_not_expected" => ("Less of it is on its way", "کمتر از این در راه است"),
        "stock_out_of_range" => ("No warehouse holds so much of it", "هیچ انباری این اندازه از آن را در خود ندارد"),
        "reservation_over" => (
            "The reservation was released or fulfilled, or has expired",
            "این رزرو آزاد یا تحویل شده یا مهلتش گذشته است",
        ),
        "template_inactive" => ("The template is not in use", "این قالب در کار نیست"),
        "lying_type" => (
            "The file is not what its Content-Type says",
            "پرونده آن نیست که Content-Type می‌گوید",
        ),
        "not_comparable" => (
            "Only texts of moderate size can be compared",
            "تنها متن‌هایی با اندازهٔ میانه را می‌توان سنجید",
        ),
        "range_not_satisfiable" => ("There is no such part of it", "چنین بخشی ندارد"),
        "digest_mismatch" => ("The body is not what its digest says", "بدنه با چکیده‌اش نمی‌خواند"),
        _ => match status {
            409 => ("It contradicts the state of things", "با وضع کنونی نمی‌خواند"),
            500..=599 => ("Something went wrong on our side", "در سوی ما خطایی رخ داد"),
            _ => ("The request can't be answered", "به این درخواست نمی‌توان پاسخ داد"),
        },
    };
    match lang {
        Lang::En => en,
        Lang::Fa => fa,
    }
}
