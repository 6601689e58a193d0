CREATE OR REPLACE VIEW `sluice`.`spam_cost` ON CLUSTER `main` AS
SELECT
    intDiv(slot, 432000) AS epoch,
    wrapper AS program,
    any(wrapper_name) AS program_name,
    class AS attempt_class,
    count() AS attempt_count,
    uniqExact(signer) AS signer_count,
    sum(fee_lamports) AS fees_lamports,
    sum(priority_fee_lamports) AS priority_fees_lamports,
    sum(ifNull(compute_units, 0)) AS compute_units_total,
    countIf(compute_units IS NOT NULL) AS compute_known_count,
    min(slot) AS first_slot,
    max(slot) AS last_slot
FROM `sluice`.failed_attempts FINAL
WHERE NOT retracted
GROUP BY epoch, program, attempt_class;
