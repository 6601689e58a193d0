using System.Text.Json;

namespace Sluice.Lab.Node.Rpc;

/// <summary>One transaction of a block, and the forms of it that need its list of accounts.</summary>
internal sealed class TransactionReader
{
    private static readonly string[] AccountsMeta = ["err", "fee", "postBalances", "postTokenBalances", "preBalances", "preTokenBalances", "status"];

    private readonly int _signers;
    private readonly int _readSigners;
    private readonly int _readOthers;
    private readonly int _static;
    private readonly int _writableLoaded;

    public TransactionReader(JsonElement root)
    {
        Root = root;
        Meta = root.GetProperty("meta");
        Message = root.GetProperty("transaction").GetProperty("message");
        var header = Message.GetProperty("header");
        _signers = header.GetProperty("numRequiredSignatures").GetInt32();
        _readSigners = header.GetProperty("numReadonlySignedAccounts").GetInt32();
        _readOthers = header.GetProperty("numReadonlyUnsignedAccounts").GetInt32();
        AddKeys(Message.GetProperty("accountKeys"));
        _static = Keys.Count;
        var loaded = Meta.GetProperty("loadedAddresses");
        AddKeys(loaded.GetProperty("writable"));
        _writableLoaded = Keys.Count - _static;
        AddKeys(loaded.GetProperty("readonly"));
    }

    public JsonElement Root { get; }

    public JsonElement Meta { get; }

    public JsonElement Message { get; }

    /// <summary>All accounts: the message's, then those of lookup tables, writable ones first.</summary>
    public List<string> Keys { get; } = [];

    public bool IsVersioned => Root.GetProperty("version").ValueKind == JsonValueKind.Number;

    public string Signature => Root.GetProperty("transaction").GetProperty("signatures")[0].GetString()!;

    /// <summary>transactionDetails "accounts": accounts, signatures and balances, without instructions and logs.</summary>
    public void WriteAccounts(Utf8JsonWriter json)
    {
        json.WriteStartObject("meta");
        foreach (var name in AccountsMeta)
        {
            json.WritePropertyName(name);
            Meta.GetProperty(name).WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteStartObject("transaction");
        WriteKeys(json);
        json.WritePropertyName("signatures");
        Root.GetProperty("transaction").GetProperty("signatures").WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>
    /// Encoding "jsonParsed", with every instruction as a node gives one whose program it has no parser for: program, accounts and data.
    /// </summary>
    public void WriteParsed(Utf8JsonWriter json)
    {
        json.WriteStartObject("meta");
        foreach (var property in Meta.EnumerateObject())
        {
            if (property.Name == "loadedAddresses") { continue; }
            json.WritePropertyName(property.Name);
            if (property.Name != "innerInstructions")
            {
                property.Value.WriteTo(json);
                continue;
            }

            json.WriteStartArray();
            foreach (var group in property.Value.EnumerateArray())
            {
                json.WriteStartObject();
                json.WriteNumber("index", group.GetProperty("index").GetInt32());
                WriteInstructions(json, group.GetProperty("instructions"));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("transaction");
        json.WriteStartObject("message");
        WriteKeys(json);
        if (Message.TryGetProperty("addressTableLookups", out var lookups))
        {
            json.WritePropertyName("addressTableLookups");
            lookups.WriteTo(json);
        }

        WriteInstructions(json, Message.GetProperty("instructions"));
        json.WriteString("recentBlockhash", Message.GetProperty("recentBlockhash").GetString());
        json.WriteEndObject();
        json.WritePropertyName("signatures");
        Root.GetProperty("transaction").GetProperty("signatures").WriteTo(json);
        json.WriteEndObject();
    }

    private void WriteInstructions(Utf8JsonWriter json, JsonElement instructions)
    {
        json.WriteStartArray("instructions");
        foreach (var instruction in instructions.EnumerateArray())
        {
            json.WriteStartObject();
            json.WriteStartArray("accounts");
            foreach (var account in instruction.GetProperty("accounts").EnumerateArray()) { json.WriteStringValue(Keys[account.GetInt32()]); }
            json.WriteEndArray();
            json.WriteString("data", instruction.GetProperty("data").GetString());
            json.WriteString("programId", Keys[instruction.GetProperty("programIdIndex").GetInt32()]);
            json.WriteNumber("stackHeight", instruction.GetProperty("stackHeight").GetInt32());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteKeys(Utf8JsonWriter json)
    {
        json.WriteStartArray("accountKeys");
        for (var i = 0; i < Keys.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("pubkey", Keys[i]);
            json.WriteBoolean("signer", i < _signers);
            json.WriteString("source", i < _static ? "transaction" : "lookupTable");
            json.WriteBoolean("writable", IsWritable(i));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private bool IsWritable(int index) =>
        index < _signers ? index < _signers - _readSigners
        : index < _static ? index < _static - _readOthers
        : index < _static + _writableLoaded;

    private void AddKeys(JsonElement keys)
    {
        foreach (var key in keys.EnumerateArray()) { Keys.Add(key.GetString()!); }
    }
}
