using NodeManager.Core.Configuration;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Configuration;

/// <summary>What PowerShell makes of number literals, and what a duration makes of that.</summary>
public sealed class DurationReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<object, string?, double> Accepted =>
        new()
        {
            { 1m, "1d", 86400 },
            { 60m, "60d", 5184000 },
            { 1.5m, "1.5d", 129600 },
            { -1m, "-1d", -86400 },
            { (short)5, "5s", 5 },
            { 1000.0, "1e3", 1000 },
            { 1000.0, "1E3", 1000 },
            { 16, "0x10", 16 },
            { 29, "0x1d", 29 },
            { 5, "0b101", 5 },
            { 30.0, "30.0", 30 },
            { 30, null, 30 },
            { 30L, null, 30 },
            { 1.5, null, 1.5 },
            { 1.5f, null, 1.5 },
            { (byte)7, null, 7 },
            { "1d", null, 86400 },
            { "30", null, 30 },
            { "1h30m", null, 5400 },
            { "00:01:00", null, 60 },
            { TimeSpan.FromMinutes(2), null, 120 },
            { TimeSpan.MaxValue, null, 3155760000 },
            { long.MaxValue / 10_000_000, null, 3155760000 },
        };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_literal_counts_by_its_text_and_an_integer_or_double_is_seconds(object value, string? literal, double seconds) =>
        Assert.Equal(seconds, DurationReader.Read(value, literal).TotalSeconds);

    [Theory]
    [InlineData(5L, "5l")]
    [InlineData(5L, "5L")]
    [InlineData(2048, "2kb")]
    [InlineData(16L, "0x10l")]
    [InlineData(5u, "5u")]
    [InlineData((ushort)5, "5us")]
    [InlineData((sbyte)5, "5y")]
    [InlineData(5u, null)]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(true, null)]
    [InlineData("5l", null)]
    [InlineData("2kb", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    [InlineData("1e400", null)]
    public void A_suffix_that_is_not_a_unit_of_time_is_refused(object value, string? literal) =>
        Assert.Contains("30m", Assert.Throws<FormatException>(() => DurationReader.Read(value, literal)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("99999999999999999999")]
    public void A_decimal_whose_text_is_unknown_is_refused_with_the_advice_to_quote_it(string? literal) =>
        Assert.Contains(
            "Quote a duration with a unit ('1d' or '1s')",
            Assert.Throws<FormatException>(() => DurationReader.Read(1m, literal)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("30", 30)]
    [InlineData("1e3", 1000)]
    [InlineData("\"1d\"", 86400)]
    [InlineData("\"5m\"", 300)]
    public void A_configuration_file_reads_durations_as_parameters_do(string json, double seconds) =>
        Assert.Equal(seconds, Load(json).DrainTimeout!.Value.TotalSeconds);

    [Theory]
    [InlineData("\"5l\"")]
    [InlineData("\"2kb\"")]
    [InlineData("-1")]
    [InlineData("true")]
    public void A_configuration_file_refuses_what_parameters_refuse(string json) => Assert.Throws<NodeManagerException>(() => Load(json));

    public void Dispose() => _folder.Dispose();

    private NodeManagerConfiguration Load(string drainTimeout) =>
        ConfigurationLayers.Load(_folder.Write("user.json", $$"""{ "drainTimeout": {{drainTimeout}} }"""), null, static _ => null);
}
