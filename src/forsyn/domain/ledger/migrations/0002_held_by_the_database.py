"""What PostgreSQL itself holds of the books, whoever writes to them.

- Numbers follow each other without gaps within a year, in the order given; dates lie in their year; a closed year is
  closed. One look a statement, so that ten thousand vouchers cost as little as one; the year's row is the lock.
- A voucher has as many postings as it says and they sum to zero; a reversal is the reversed with the signs turned. One
  look a voucher, when the transaction ends. As a voucher says how many lines it has, none can be added afterwards.
- Vouchers and postings are not edited, by nobody.
- A year's sums by account are counted as it is posted: a balance is read from some twenty rows, however many postings there
  are, and stays what it was when retention ends them.
- What is open of each customer's posting is counted down as it is paid, and never past nothing.

The functions run as the tables' owner: a purpose that may post does not see restricted customers' rows, and the books must
be right for them too. They look rows up by index, whatever the tables' statistics say on the first day of an instance.
"""

from django.db import migrations

RIGHTS = "security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off"

CHANGES_MADE = """select each.posting_id, sum(each.oere)::bigint as oere
        from (select credit_id as posting_id, amount_oere as oere from added
              union all select debit_id, -amount_oere from added) as each group by each.posting_id"""
CHANGES_UNDONE = """select each.posting_id, sum(each.oere)::bigint as oere
        from (select credit_id as posting_id, -amount_oere as oere from undone
              union all select debit_id, amount_oere from undone) as each group by each.posting_id"""
"""By how much allocations change what is left of each posting; a credit's rest is below 0."""

YEARS = """
create function ledger_lock_year(date) returns table (year_id smallint, last_number integer, is_closed boolean)
language plpgsql volatile security definer rows 1 set search_path = pg_catalog, pg_temp as $$
begin
    return query select y.id, y.last_number, y.closed_at is not null
                   from public.ledger_accounting_year as y where y.period @> $1 for no key update;
end
$$;

create function ledger_year_changes() returns trigger language plpgsql OWNERS as $$
begin
    if new.id <> old.id or new.period <> old.period or new.last_number < old.last_number then
        raise exception 'the accounting year % is not changed once it has begun', old.period
            using errcode = 'check_violation', constraint = 'ledger_year_stands';
    end if;
    if old.closed_at is not null and (new.closed_at, new.closed_by_id, new.last_number)
            is distinct from (old.closed_at, old.closed_by_id, old.last_number) then
        raise exception 'the accounting year % is closed', old.period
            using errcode = 'check_violation', constraint = 'ledger_year_closed';
    end if;
    if old.closed_at is null and new.closed_at is not null and exists (
            select from public.ledger_accounting_year as earlier
             where earlier.period << new.period and earlier.closed_at is null) then
        raise exception 'the years before % are closed first', new.period
            using errcode = 'check_violation', constraint = 'ledger_year_earlier_open';
    end if;
    return new;
end
$$;
create trigger ledger_year_changes before update on ledger_accounting_year
    for each row execute function ledger_year_changes();
"""

VOUCHERS = """
create function ledger_vouchers_posted() returns trigger language plpgsql OWNERS as $$
declare
    posted record;
    held public.ledger_accounting_year;
begin
    for posted in select year_id, count(*) as vouchers, min(number) as first, max(number) as last,
                         min(posting_date) as from_date, max(posting_date) as to_date
                    from added group by year_id order by year_id
    loop
        select * into held from public.ledger_accounting_year where id = posted.year_id for no key update;
        if held.closed_at is not null then
            raise exception 'the accounting year % is closed', held.period
                using errcode = 'check_violation', constraint = 'ledger_year_closed';
        end if;
        if not (held.period @> posted.from_date and held.period @> posted.to_date) then
            raise exception 'a posting date from % to % is outside the accounting year %',
                posted.from_date, posted.to_date, held.period
                using errcode = 'check_violation', constraint = 'ledger_year_outside';
        end if;
        if posted.first <> held.last_number + 1 or posted.last <> held.last_number + posted.vouchers then
            raise exception 'the next voucher number of % is %, and % vouchers are numbered % to %',
                held.period, held.last_number + 1, posted.vouchers, posted.first, posted.last
                using errcode = 'check_violation', constraint = 'ledger_voucher_gapless';
        end if;
        update public.ledger_accounting_year set last_number = posted.last where id = posted.year_id;
    end loop;
    return null;
end
$$;
create trigger ledger_vouchers_posted after insert on ledger_voucher referencing new table as added
    for each statement execute function ledger_vouchers_posted();

create function ledger_voucher_is_whole() returns trigger language plpgsql OWNERS as $$
declare
    lines bigint;
    total numeric;
begin
    select count(*), coalesce(sum(amount_oere), 0) into lines, total
      from public.ledger_posting where voucher_id = new.id;
    if lines <> new.line_count and not exists (select from public.ledger_voucher where id = new.id) then
        return null;  -- gone again
    end if;
    if lines <> new.line_count then
        raise exception 'voucher % has % postings and says %', new.origin, lines, new.line_count
            using errcode = 'check_violation', constraint = 'ledger_voucher_lines';
    end if;
    if total <> 0 then
        raise exception 'the postings of voucher % sum to % øre and not to zero', new.origin, total
            using errcode = 'check_violation', constraint = 'ledger_voucher_balance';
    end if;
    if new.reverses_id is null then
        return null;
    end if;
    if exists (select from public.ledger_voucher as reversed where reversed.id = new.reverses_id
                  and (reversed.reverses_id is not null or reversed.line_count <> new.line_count
                       or reversed.customer_id is distinct from new.customer_id))
       or exists (select from public.ledger_posting as one
                    left join public.ledger_posting as other
                      on other.voucher_id = new.reverses_id and other.line = one.line
                   where one.voucher_id = new.id
                     and (other.account_id, -other.amount_oere, other.vat_code)
                         is distinct from (one.account_id, one.amount_oere, one.vat_code)) then
        raise exception 'voucher % is not what it reverses with the signs turned, or reverses a reversal', new.origin
            using errcode = 'check_violation', constraint = 'ledger_voucher_reversal';
    end if;
    return null;
end
$$;
create constraint trigger ledger_voucher_is_whole after insert on ledger_voucher
    deferrable initially deferred for each row execute function ledger_voucher_is_whole();

create function ledger_nothing_is_edited() returns trigger language plpgsql OWNERS as $$
begin
    raise exception '%: what is booked is not edited; reverse the voucher and post it anew', tg_table_name
        using errcode = 'check_violation', constraint = 'ledger_nothing_is_edited';
end
$$;
create trigger ledger_voucher_is_not_edited before update on ledger_voucher
    for each statement execute function ledger_nothing_is_edited();
create trigger ledger_posting_is_not_edited before update on ledger_posting
    for each statement execute function ledger_nothing_is_edited();
"""

POSTINGS = """
create function ledger_postings_posted() returns trigger language plpgsql OWNERS as $$
declare
    wrong record;
begin
    with line as materialized (
        select posting.id, posting.voucher_id, posting.line, posting.amount_oere, posting.due_date, voucher.origin,
               voucher.customer_id, account.is_receivable,
               posting.line > voucher.line_count or posting.year_id <> voucher.year_id as is_beyond
          from added as posting
          join public.ledger_voucher as voucher on voucher.id = posting.voucher_id
          join public.ledger_account as account on account.id = posting.account_id
    ), opened as (
        insert into public.ledger_open_item
               (posting_id, voucher_id, customer_id, amount_oere, remaining_oere, due_date)
        select id, voucher_id, customer_id, amount_oere, amount_oere, due_date
          from line where is_receivable and customer_id is not null
    )
    select line.origin, line.line,
           case when is_beyond then 'ledger_voucher_lines'
                when is_receivable and customer_id is null then 'ledger_posting_customer'
                else 'ledger_posting_due' end as broken
      into wrong
      from line
     where is_beyond or (is_receivable and customer_id is null)
        or (due_date is not null) <> (is_receivable and amount_oere > 0)
     limit 1;
    if found then
        raise exception 'line % of voucher % %', wrong.line, wrong.origin,
            case wrong.broken
                when 'ledger_voucher_lines' then 'is beyond the lines that the voucher has, or of another year'
                when 'ledger_posting_customer' then 'is owed by nobody: a receivable needs a voucher with a customer'
                else 'has a due date without being what a customer owes, or the other way round' end
            using errcode = 'check_violation', constraint = wrong.broken;
    end if;
    return null;
end
$$;
create trigger ledger_postings_posted after insert on ledger_posting referencing new table as added
    for each statement execute function ledger_postings_posted();

create function ledger_postings_summed() returns trigger language plpgsql OWNERS as $$
begin
    insert into public.ledger_year_total as total (year_id, account_id, posting_count, debit_oere, credit_oere)
    select year_id, account_id, count(*), coalesce(sum(amount_oere) filter (where amount_oere > 0), 0),
           coalesce(-sum(amount_oere) filter (where amount_oere < 0), 0)
      from added group by year_id, account_id order by year_id, account_id
        on conflict (year_id, account_id) do update
       set posting_count = total.posting_count + excluded.posting_count,
           debit_oere = total.debit_oere + excluded.debit_oere,
           credit_oere = total.credit_oere + excluded.credit_oere;
    return null;
end
$$;
create trigger ledger_postings_summed after insert on ledger_posting referencing new table as added
    for each statement execute function ledger_postings_summed();
"""

ALLOCATIONS = """
create function ledger_allocations_made() returns trigger language plpgsql OWNERS as $$
declare
    wrong record;
begin
    perform from public.ledger_open_item where posting_id in (select credit_id from added union select debit_id from added)
      order by posting_id for update;
    select made.credit_id, made.debit_id into wrong
      from added as made
      left join public.ledger_open_item as credit on credit.posting_id = made.credit_id
            and credit.customer_id = made.customer_id and credit.amount_oere < 0
      left join public.ledger_open_item as debit on debit.posting_id = made.debit_id
            and debit.customer_id = made.customer_id and debit.amount_oere > 0
     where credit.id is null or debit.id is null or made.undone_at is not null
        or made.year_id is distinct from (
               select posting.year_id from public.ledger_posting as posting
                 join public.ledger_accounting_year as y on y.id = posting.year_id
                where posting.id in (made.credit_id, made.debit_id) order by y.period desc limit 1)
     limit 1;
    if found then
        raise exception 'posting % cannot pay posting %: nothing is left of one, they are not the same customer''s, '
            'or the year is not the later one''s', wrong.credit_id, wrong.debit_id
            using errcode = 'check_violation', constraint = 'ledger_allocation_fits';
    end if;
    delete from public.ledger_open_item as open using (CHANGES_MADE) as change
     where open.posting_id = change.posting_id and open.remaining_oere + change.oere = 0;
    update public.ledger_open_item as open set remaining_oere = open.remaining_oere + change.oere
      from (CHANGES_MADE) as change
     where open.posting_id = change.posting_id;
    return null;
end
$$;
create trigger ledger_allocations_made after insert on ledger_allocation referencing new table as added
    for each statement execute function ledger_allocations_made();

create function ledger_allocation_changes() returns trigger language plpgsql OWNERS as $$
begin
    if old.undone_at is not null or new.undone_at is null
       or (new.id, new.customer_id, new.credit_id, new.debit_id, new.amount_oere, new.made_at, new.made_by_id, new.year_id)
          is distinct from (old.id, old.customer_id, old.credit_id, old.debit_id, old.amount_oere, old.made_at,
                            old.made_by_id, old.year_id) then
        raise exception 'allocation % is undone once and not changed', old.id
            using errcode = 'check_violation', constraint = 'ledger_allocation_undone_once';
    end if;
    return new;
end
$$;
create trigger ledger_allocation_changes before update on ledger_allocation
    for each row execute function ledger_allocation_changes();

create function ledger_allocations_undone() returns trigger language plpgsql OWNERS as $$
declare
    wrong record;
begin
    select one.id into wrong from undone as one
     where not exists (select from public.ledger_posting where id = one.credit_id)
        or not exists (select from public.ledger_posting where id = one.debit_id)
     limit 1;
    if found then
        raise exception 'one of the postings of allocation % is no longer kept: it stays as it is', wrong.id
            using errcode = 'check_violation', constraint = 'ledger_allocation_kept';
    end if;
    insert into public.ledger_open_item as open
           (posting_id, voucher_id, customer_id, amount_oere, remaining_oere, due_date)
    select posting.id, posting.voucher_id, voucher.customer_id, posting.amount_oere, change.oere, posting.due_date
      from (CHANGES_UNDONE) as change
      join public.ledger_posting as posting on posting.id = change.posting_id
      join public.ledger_voucher as voucher on voucher.id = posting.voucher_id
     order by posting.id
        on conflict (posting_id) do update set remaining_oere = open.remaining_oere + excluded.remaining_oere;
    return null;
end
$$;
create trigger ledger_allocations_undone after update on ledger_allocation referencing new table as undone
    for each statement execute function ledger_allocations_undone();
"""

NOTHING = """
drop trigger ledger_allocations_undone on ledger_allocation;
drop trigger ledger_allocation_changes on ledger_allocation;
drop trigger ledger_allocations_made on ledger_allocation;
drop trigger ledger_postings_summed on ledger_posting;
drop trigger ledger_postings_posted on ledger_posting;
drop trigger ledger_posting_is_not_edited on ledger_posting;
drop trigger ledger_voucher_is_not_edited on ledger_voucher;
drop trigger ledger_voucher_is_whole on ledger_voucher;
drop trigger ledger_vouchers_posted on ledger_voucher;
drop trigger ledger_year_changes on ledger_accounting_year;
drop function ledger_allocations_undone();
drop function ledger_allocation_changes();
drop function ledger_allocations_made();
drop function ledger_postings_posted();
drop function ledger_postings_summed();
drop function ledger_nothing_is_edited();
drop function ledger_voucher_is_whole();
drop function ledger_vouchers_posted();
drop function ledger_year_changes();
drop function ledger_lock_year(date);
"""


def _put_in(statements: str) -> str:
    words = {"OWNERS": RIGHTS, "CHANGES_MADE": CHANGES_MADE, "CHANGES_UNDONE": CHANGES_UNDONE}
    for word, meaning in words.items():
        statements = statements.replace(word, meaning)
    return statements


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(_put_in(YEARS + VOUCHERS + POSTINGS + ALLOCATIONS), reverse_sql=NOTHING)]
