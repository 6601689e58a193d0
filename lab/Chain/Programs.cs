namespace Sluice.Lab.Chain;

/// <summary>Accounts of programs, sysvars and shared authorities, by their real addresses.</summary>
/// <remarks>Addresses that no published list carries (configurations, fee receivers) are random but constant in a run.</remarks>
internal sealed class Programs(AccountTable accounts)
{
    public int System { get; } = accounts.Named("11111111111111111111111111111111");
    public int Token { get; } = accounts.Named("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", 5_299_613_130);
    public int Token2022 { get; } = accounts.Named("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb", 18_921_516);
    public int AssociatedToken { get; } = accounts.Named("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", 789_146_958);
    public int ComputeBudget { get; } = accounts.Named("ComputeBudget111111111111111111111111111111");
    public int Vote { get; } = accounts.Named("Vote111111111111111111111111111111111111111");
    public int Stake { get; } = accounts.Named("Stake11111111111111111111111111111111111111");
    public int Memo { get; } = accounts.Named("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr", 521_498_896);
    public int Rent { get; } = accounts.Named("SysvarRent111111111111111111111111111111111", 1_009_200);
    public int Clock { get; } = accounts.Named("SysvarC1ock11111111111111111111111111111111", 1_169_280);
    public int StakeHistory { get; } = accounts.Named("SysvarStakeHistory1111111111111111111111111", 114_979_200);
    public int InstructionsSysvar { get; } = accounts.Named("Sysvar1nstructions1111111111111111111111111", 0);
    public int OpenBook { get; } = accounts.Named("srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX", 1_141_440);

    public int TipPayment { get; } = accounts.Named("T1pyyaTNZsKv2WcRAB8oVnk93mLJw2XzjtVYqCsaHqt", 1_141_440);
    public int TipPaymentConfig { get; } = accounts.Named("HgzT81VF1xZ3FT9Eq1pHhea7Wcfq2bv4tWTP3VvJ8Y9D", 1_740_000);
    public int TipDistribution { get; } = accounts.Named("4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7", 1_141_440);

    public int Jupiter { get; } = accounts.Named("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4", 2_729_681_025);
    public int JupiterEvents { get; } = accounts.Named("D8cy77BBepLMngZx6ZukaTff5hCt1HrWyKk3Hnd9oitf", 3_596_047);
    public int KaminoLend { get; } = accounts.Named("KLend2g3cP87fffoy8q1mQqGKjrxjC8boSyAYavgmjD", 1_141_440);
    public int Solend { get; } = accounts.Named("So1endDq2YkqhipRh3WViPa8hdiSpxWy6z3Z6tMCpAo", 1_141_440);
    public int Marginfi { get; } = accounts.Named("MFv2hWf31Z9kbCa1snEPYctwafyhdvnV7FZnsebVacA", 1_141_440);
    public int Drift { get; } = accounts.Named("dRiftyHA39MWEi3m9aunc5MzRF1JYuBsbn6VPcn33UH", 1_141_440);
    public int StakePool { get; } = accounts.Named("SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy", 1_141_440);

    public int RaydiumAmmV4 { get; } = accounts.Named("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8", 1_141_440);
    public int RaydiumAmmAuthority { get; } = accounts.Named("5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1", 24_407_057_830);
    public int RaydiumCpmm { get; } = accounts.Named("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C", 1_141_440);
    public int RaydiumCpmmAuthority { get; } = accounts.Named("GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL", 4_012_000_000);
    public int RaydiumClmm { get; } = accounts.Named("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", 1_844_545_654);
    public int Whirlpool { get; } = accounts.Named("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc", 1_161_445);
    public int Dlmm { get; } = accounts.Named("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo", 32_941_452);
    public int DlmmEvents { get; } = accounts.Named("D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6", 4_000_419);
    public int DammV2 { get; } = accounts.Named("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG", 1_151_511);
    public int DammV2Authority { get; } = accounts.Named("HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC", 96_538_815_519);
    public int DammV2Events { get; } = accounts.Named("3rmHSu74h1ZcmAisVcWerTCiRDQbUrBKmcwptYGjHfet", 0);
    public int PumpFun { get; } = accounts.Named("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", 17_016_138);
    public int PumpFunGlobal { get; } = accounts.Named("4wTV1YmiEkRvAtNtsSGPtUrqRYQMe5SKy2uB4Jjaxnjf", 4_089_612_038);
    public int PumpFunEvents { get; } = accounts.Named("Ce6TQqeHC9p8KetsN6JsjHK7UTZk7nasjjnr7XxXp9F1", 168_261_371);
    public int PumpFunVolume { get; } = accounts.Named("Hq2wp8uJ9jCPsYgNHex8RtqdvMPfVGoYwjvF1ATiwn2Y", 1_854_400);
    public int PumpFunFeeConfig { get; } = accounts.Named("8Wf5TiAheLUqBrKXeYg2JtAFFMWtKdG2BSFgqUcPVwTt", 37_290_293);
    public int PumpFees { get; } = accounts.Named("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ", 1_151_476);
    public int PumpSwap { get; } = accounts.Named("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA", 109_153_251);
    public int PumpSwapGlobal { get; } = accounts.Named("ADyA8hdefvWN2dbGGWFotbzWxrAvLW83WG6QCVXvJKqw", 4_457_517);
    public int PumpSwapEvents { get; } = accounts.Named("GS4CU59F31iL7aR2Q8zVS8DRrcRnXX1yjQ66TqNVQnaR", 1_002_026);
    public int PumpSwapVolume { get; } = accounts.Named("C2aFPdENg4A2HQsmrd5rTw5TaYBX5Ku887cWjbFKtZpw", 25_068_899);
    public int PumpSwapFeeConfig { get; } = accounts.Named("5PHirr8joyTMp9JMm6nW7hNDVyEYdkzDqazxPD7RaTjx", 18_374_410);
    public int PumpSwapFeeRecipient { get; } = accounts.Named("JCRGumoE9Qi5BBgULTgdgTLjSgkCMSbF62ZZfGs84JeU", 1_200_013);

    /// <summary>Mark of those who ask that nothing is placed before their transaction; no account of this address exists.</summary>
    public int DontFront { get; } = accounts.Named("jitodontfront111111111111111111111111111111", 0);

    /// <summary>The eight accounts that Jito tips go to.</summary>
    public int[] TipAccounts { get; } =
    [
        accounts.Named("96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", Cluster.TipPayments.TipAccountRent),
        accounts.Named("HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe", Cluster.TipPayments.TipAccountRent),
        accounts.Named("Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY", Cluster.TipPayments.TipAccountRent),
        accounts.Named("ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49", Cluster.TipPayments.TipAccountRent),
        accounts.Named("DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", Cluster.TipPayments.TipAccountRent),
        accounts.Named("ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt", Cluster.TipPayments.TipAccountRent),
        accounts.Named("DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", Cluster.TipPayments.TipAccountRent),
        accounts.Named("3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT", Cluster.TipPayments.TipAccountRent),
    ];
}
