#!/usr/bin/env bash
# From the first hello to the paid invoice, and to the renewal of the contract:  docs/journey.sh [fa|en]
# PEYVAND_URL and PEYVAND_TOKEN say where and as whom; `make run` prints both. Each step says what it does and what came of it, and the first
# answer that is not as it should be ends the journey. What it makes has numbers of its own: it can be gone as often as one likes.
set -euo pipefail

LANGUAGE=${1:-fa}
case $LANGUAGE in fa | en) ;; *) printf 'usage: %s [fa|en]\n' "$0" >&2; exit 2 ;; esac
[ -n "${PEYVAND_TOKEN:-}" ] || { printf 'set PEYVAND_TOKEN, and PEYVAND_URL unless it is http://127.0.0.1:8080\n' >&2; exit 2; }
API=${PEYVAND_URL:-http://127.0.0.1:8080}/api/v1
RUN=$(date +%s)-$RANDOM
COUNT=0

# What is said, in the language of the journey.
t() { if [ "$LANGUAGE" = fa ]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }
step() { COUNT=$((COUNT + 1)); printf '%2d. %s\n' "$COUNT" "$(t "$1" "$2")"; }

# call METHOD PATH [BODY]  every request once, whatever happens to its answer; ANSWER is what was answered.
call() {
  local status
  ANSWER=$(curl -sS --retry 9 -X "$1" "$API$2" -H "Authorization: Bearer $PEYVAND_TOKEN" -H "Accept-Language: $LANGUAGE" \
    -H 'Content-Type: application/json' -H "Idempotency-Key: $(uuid)" -H 'If-Match: *' -w '\n%{http_code}' ${3:+--data-binary "$3"})
  status=${ANSWER##*$'\n'} ANSWER=${ANSWER%$'\n'*}
  case $status in 2??) ;; *) printf '%s %s: %s\n%s\n' "$1" "$2" "$status" "$ANSWER" >&2; exit 1 ;; esac
}
uuid() { cat /proc/sys/kernel/random/uuid; }

# make PATH BODY  and keep the id of what was made.
make() { call POST "$1" "$2"; ID=$(first id); }
# The first text of that name in the answer.
first() { { grep -o "\"$1\":\"[^\"]*\"" <<<"$ANSWER" || true; } | head -n 1 | cut -d '"' -f 4; }
# shows TEXT…  each must be in the answer, in this order.
shows() {
  local rest=$ANSWER text
  for text; do
    case $rest in *"$text"*) rest=${rest#*"$text"} ;; *) printf 'not in the answer: %s\n%s\n' "$text" "$ANSWER" >&2; exit 1 ;; esac
  done
  printf '      %s\n' "${*//\"/}"
}

step 'کالای پیکربندی‌پذیر، انبار و موجودی' 'a product to configure, a warehouse and what lies in it'
make /products "{\"sku\": \"JOURNEY-$RUN\", \"name\": \"$(t 'میز سفارشی' 'Desk to order')\", \"kind\": \"good\", \"status\": \"active\", \"stocked\": true,
  \"whole_units\": true, \"tax_category\": \"exempt\", \"list_price\": {\"amount\": \"42000000\", \"currency\": \"IRR\"}}"
PRODUCT=$ID
make /configuration-models "{\"product_id\": \"$PRODUCT\", \"groups\": [
  {\"code\": \"legs\", \"name_en\": \"Legs\", \"name_fa\": \"پایه\", \"min\": 1, \"max\": 1, \"options\": [
    {\"code\": \"wooden_legs\", \"name_en\": \"Wooden legs\", \"name_fa\": \"پایهٔ چوبی\", \"default\": true},
    {\"code\": \"electric_legs\", \"name_en\": \"Electric legs\", \"name_fa\": \"پایهٔ برقی\", \"prices\": [{\"amount\": \"58000000\", \"currency\": \"IRR\"}]}]},
  {\"code\": \"extras\", \"name_en\": \"Extras\", \"name_fa\": \"افزودنی\", \"max\": 1, \"options\": [
    {\"code\": \"power_supply\", \"name_en\": \"Power supply\", \"name_fa\": \"منبع تغذیه\", \"prices\": [{\"amount\": \"13500000\", \"currency\": \"IRR\"}]}]}],
  \"rules\": [{\"code\": \"needs_power\", \"kind\": \"requires\", \"options\": [\"electric_legs\"], \"others\": [\"power_supply\"],
    \"text_en\": \"Electric legs need a power supply.\", \"text_fa\": \"پایهٔ برقی منبع تغذیه لازم دارد.\"}]}"
make /warehouses "{\"code\": \"J-$RUN\", \"name\": \"$(t 'انبار یزد' 'Warehouse of Yazd')\", \"priority\": 900}"
WAREHOUSE=$ID
make /stock-movements "{\"kind\": \"receipt\", \"product_id\": \"$PRODUCT\", \"warehouse_id\": \"$WAREHOUSE\", \"quantity\": \"20\"}"
shows '"on_hand_after":"20"'

step 'سرنخ از فرم وب می‌رسد، امتیاز می‌گیرد و به کسی سپرده می‌شود' 'a lead comes from a web form, is scored and given to somebody'
call GET '/auth/me'
ANSWER=${ANSWER#*'"user":'}
ME=$(first id)
make /scoring-rules "{\"name\": \"$RUN\", \"condition\": \"channel = \\\"form\\\" AND campaign = \\\"$RUN\\\"\", \"points\": 30}"
SCORING=$ID
make /assignment-rules "{\"name\": \"$RUN\", \"position\": 1, \"condition\": \"campaign = \\\"$RUN\\\"\", \"candidates\": [{\"user_id\": \"$ME\"}]}"
ASSIGNING=$ID
make /leads "{\"given_name\": \"$(t مریم Maryam)\", \"family_name\": \"$(t کریمی Karimi) $RUN\", \"organization_name\": \"$(t 'کاشی میبد' 'Maybod Tiles') $RUN\",
  \"channel\": \"form\", \"campaign\": \"$RUN\", \"contact_points\": [{\"kind\": \"email\", \"value\": \"maryam-$RUN@maybod.example\"}],
  \"message\": \"$(t 'ده میز برقی برای دفتر تازه' 'Ten electric desks for a new office')\", \"auto_assign\": true}"
LEAD=$ID
shows "$ME" '"points":30'

step 'سرنخ به مشتری، رابط و فرصت فروش بدل می‌شود' 'the lead becomes a customer, a contact and a deal'
call POST "/leads/$LEAD/convert" "{\"opportunity\": {\"name\": \"$(t 'میزهای دفتر تازه' 'Desks for the new office')\", \"close_date\": \"$(date -d '+30 days' +%F)\"}}"
CUSTOMER=$(first customer_id) DEAL=$(first opportunity_id)
shows '"status":"converted"'

step 'راهنما می‌گوید چه مانده است؛ فرصت مرحله‌به‌مرحله پیش می‌رود' 'guidance tells what is missing; the deal goes on, stage by stage'
call GET "/opportunities/$DEAL/guidance"
shows '"missing":[' '"pointer":"/next_step"'
call PATCH "/opportunities/$DEAL" "{\"next_step\": \"$(t 'فرستادن پیش‌فاکتور' 'Send the quote')\", \"checklist_done\": [\"need_known\", \"buyer_known\", \"budget_known\"],
  \"amount\": {\"amount\": \"1135000000\", \"currency\": \"IRR\"}}"
call POST "/opportunities/$DEAL/advance" '{}'
call POST "/opportunities/$DEAL/advance" '{}'
shows '"probability":50'

step 'پیکربندی: آنچه نمی‌شود توضیح داده می‌شود، نزدیک‌ترین درست پیشنهاد' 'configuration: what cannot be is explained, the nearest that can is offered'
call POST /product-configurations "{\"product_id\": \"$PRODUCT\", \"selected\": [\"electric_legs\"], \"currency\": \"IRR\"}"
shows '"state":"incomplete"' "$(t 'پایهٔ برقی منبع تغذیه لازم دارد.' 'Electric legs need a power supply.')" '"repair":{"add":["power_supply"]'

step 'پیش‌فاکتور، تأیید، پذیرش مشتری' 'the quote, its approval, its acceptance'
make /quotes "{\"customer_id\": \"$CUSTOMER\", \"opportunity_id\": \"$DEAL\", \"title\": \"$(t 'میزهای دفتر تازه' 'Desks for the new office')\", \"language\": \"$LANGUAGE\",
  \"currency\": \"IRR\", \"valid_until\": \"$(date -d '+60 days' +%F)\",
  \"lines\": [{\"product_id\": \"$PRODUCT\", \"quantity\": \"10\", \"configuration\": {\"selected\": [\"electric_legs\", \"power_supply\"]}}]}"
QUOTE=$ID
shows '"status":"draft"' '"total":{"amount":"1135000000.00","currency":"IRR"}'
call POST "/quotes/$QUOTE/submit"
shows '"status":"approved"'
call POST "/quotes/$QUOTE/accept" "{\"name\": \"$(t 'مریم کریمی' 'Maryam Karimi')\"}"
shows '"status":"accepted"' '"method":"by_hand"'

step 'سفارش از پیش‌فاکتور؛ موجودی رزرو، فرستاده و تحویل می‌شود' 'an order of the quote; stock is reserved, shipped and delivered'
call POST "/quotes/$QUOTE/convert" '{"options": []}'
ORDER=$(first id)
call POST "/orders/$ORDER/confirm"
shows '"status":"confirmed"' '"payable":{"amount":"1135000000.00","currency":"IRR"}'
call GET "/stock?fields=on_hand,reserved,available&filter=product_id%20%3D%20%22$PRODUCT%22"
shows '"reserved":"10"' '"available":"10"'
make /shipments "{\"order_id\": \"$ORDER\", \"carrier\": \"$(t تیپاکس Tipax)\"}"
call POST "/shipments/$ID/deliver" "{\"received_by\": \"$(t 'علی کریمی' 'Ali Karimi')\"}"
call GET "/orders/$ORDER?fields=status"
shows '"status":"delivered"'

step 'صورت‌حساب در دو قسط، و پرداخت هر دو' 'an invoice in two instalments, and both payments'
make /invoices "{\"customer_id\": \"$CUSTOMER\", \"order_id\": \"$ORDER\",
  \"instalments\": [{\"due_on\": \"$(date -d '+10 days' +%F)\", \"percent\": \"40\"}, {\"due_on\": \"$(date -d '+40 days' +%F)\", \"percent\": \"60\"}]}"
INVOICE=$ID
call POST "/invoices/$INVOICE/issue"
shows '"status":"issued"' '"open":{"amount":"1135000000.00","currency":"IRR"}'
for part in 454000000 681000000; do
  make /payments "{\"customer_id\": \"$CUSTOMER\", \"amount\": {\"amount\": \"$part\", \"currency\": \"IRR\"}, \"method\": \"bank_transfer\", \"reference\": \"$RUN-$part\",
    \"allocations\": [{\"invoice_id\": \"$INVOICE\", \"amount\": {\"amount\": \"$part\", \"currency\": \"IRR\"}}]}"
done
call GET "/invoices/$INVOICE?fields=status,open"
shows '"status":"paid"'

step 'فرصت فروش برنده می‌شود' 'the deal is won'
call PATCH "/opportunities/$DEAL" '{"checklist_done": ["need_known", "buyer_known", "budget_known", "offer_sent", "terms_agreed"]}'
call POST "/opportunities/$DEAL/win" '{"reason": "service"}'
shows '"status":"won"'

step 'قرارداد نگهداری؛ تمدید سررسید می‌شود و فرصت و تماس خود را می‌سازد' 'a contract for upkeep; its renewal is due and makes its own deal and call'
make /contracts "{\"customer_id\": \"$CUSTOMER\", \"order_id\": \"$ORDER\", \"name\": \"$(t 'نگهداری میزهای برقی' 'Upkeep of electric desks')\", \"kind\": \"service\",
  \"currency\": \"IRR\", \"value\": {\"amount\": \"120000000\", \"currency\": \"IRR\"}, \"starts_on\": \"$(date -d '-340 days' +%F)\", \"ends_on\": \"$(date -d '+20 days' +%F)\",
  \"notice_days\": 30, \"renewal\": \"manual\", \"renewal_term_months\": 12}"
CONTRACT=$ID
call POST "/contracts/$CONTRACT/activate"
shows '"status":"active"'
# A job makes them, seconds later.
for _ in $(seq 60); do
  call GET "/contracts/$CONTRACT?fields=renewal_opportunity_id,renewal_task_id"
  RENEWAL=$(first renewal_opportunity_id) CALL=$(first renewal_task_id)
  [ -z "$RENEWAL" ] || break
  sleep 1
done
call GET "/opportunities/$RENEWAL?fields=kind,status,amount"
shows '"kind":"renewal"' '"amount":{"amount":"120000000.00","currency":"IRR"}'
call GET "/tasks/$CALL?fields=kind,status"
shows '"kind":"call"'

# Rules of this journey are not asked any more.
for path in "/assignment-rules/$ASSIGNING" "/scoring-rules/$SCORING"; do call DELETE "$path"; done
printf '%s\n' "$(t 'از نخستین سلام تا تمدید: همه چیز درست.' 'From the first hello to the renewal: all as it should be.')"
