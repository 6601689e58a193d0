using Sluice.Cli.Roles.Settings;

namespace Sluice.Tests.Unit.Cli;

public class KafkaPropertiesTests
{
    [Fact]
    public void Variables_become_properties_with_dots()
    {
        var variables = new Dictionary<string, string>
        {
            ["SLUICE_KAFKA"] = "host:9092",
            ["SLUICE_KAFKA_SASL_PASSWORD"] = "p_w=d",
            ["SLUICE_KAFKA_CONSUMER_FETCH_MIN_BYTES"] = "10",
            ["SLUICE_KAFKA_SSL_CA_LOCATION"] = "",
            ["PATH"] = "/bin",
        };
        Assert.Equal(
            [new("consumer.fetch.min.bytes", "10"), new("sasl.password", "p_w=d")],
            KafkaProperties.OfEnvironment(variables).ToArray());
    }

    [Fact]
    public void A_file_holds_a_property_a_line()
    {
        Assert.Equal(
            [new("security.protocol", "SASL_SSL"), new("sasl.password", "a=b#c")],
            KafkaProperties.OfFile("f", ["# comment", "", "security.protocol = SASL_SSL", "! comment", "sasl.password=a=b#c"]).ToArray());
    }

    [Fact]
    public void What_is_no_pair_is_refused_without_being_shown()
    {
        var inFile = Assert.Throws<FormatException>(() => KafkaProperties.OfFile("my.properties", ["a=b", "secret"]).ToArray());
        Assert.Contains("my.properties: line 2", inFile.Message);
        Assert.DoesNotContain("secret", inFile.Message);
        var option = Assert.Throws<FormatException>(() => KafkaProperties.OfOptions(["secret"]).ToArray());
        Assert.DoesNotContain("secret", option.Message);
        Assert.Throws<FormatException>(() => KafkaProperties.OfOptions(["=value"]).ToArray());
    }
}
