using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Tests.Quantities;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("3800m", "3.8")]
    [InlineData("16Gi", "17179869184")]
    [InlineData("129e6", "129000000")]
    [InlineData("362075599n", "0.362075599")]
    [InlineData("5u", "0.000005")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("+1", "1")]
    [InlineData("-1.5k", "-1500")]
    [InlineData("007", "7")]
    [InlineData("1e3", "1000")]
    [InlineData("1E", "1000000000000000000")]
    [InlineData("1E2", "100")]
    [InlineData("1e-2", "0.01")]
    [InlineData("1e+2", "100")]
    [InlineData("0.5Gi", "536870912")]
    [InlineData("1.5Ki", "1536")]
    [InlineData("4Ei", "4611686018427387904")]
    public void Quantities_of_Kubernetes_are_parsed(string text, string expected)
    {
        Quantity quantity = Quantity.Parse(text);

        Assert.Equal(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), quantity.Value);
        Assert.Equal(text, quantity.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.1.M")]
    [InlineData("1+1.0M")]
    [InlineData("0.1mi")]
    [InlineData("0.1am")]
    [InlineData("aoeu")]
    [InlineData(".5i")]
    [InlineData("1i")]
    [InlineData("1K")]
    [InlineData("-3.01i")]
    [InlineData("-3.01e-")]
    [InlineData("1e")]
    [InlineData("--1")]
    [InlineData("m")]
    [InlineData("١")]
    public void Invalid_quantities_are_refused(string text)
    {
        Assert.False(Quantity.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => Quantity.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.1n", "1n")]
    [InlineData("1.1n", "2n")]
    [InlineData("-0.1n", "-1n")]
    [InlineData("1e-12", "1e-9")]
    [InlineData("0.0000000000000000000000000000000000000000000001", "1n")]
    public void Amounts_finer_than_nano_are_rounded_away_from_zero(string text, string expected) =>
        Assert.Equal(expected, Quantity.Parse(text).CanonicalText);

    [Fact]
    public void Binary_amounts_are_capped_at_the_largest_long()
    {
        Assert.Equal(long.MaxValue, Quantity.Parse("8Ei").Value);
        Assert.Equal(long.MaxValue, Quantity.Parse("9999Ei").Value);
        Assert.Equal(-long.MaxValue, Quantity.Parse("-8Ei").Value);
    }

    [Fact]
    public void Amounts_beyond_a_decimal_saturate()
    {
        Assert.Equal(decimal.MaxValue, Quantity.Parse("1e2000000000").Value);
        Assert.Equal(decimal.MinValue, Quantity.Parse("-1e100").Value);
        Assert.Equal(1e27m, Quantity.Parse("1000000000E").Value);
        Assert.Equal(decimal.MaxValue, (new Quantity(decimal.MaxValue, QuantityFormat.DecimalSI) + Quantity.Parse("1E")).Value);
    }

    [Theory]
    [InlineData("0.5", "500m")]
    [InlineData("1000m", "1")]
    [InlineData("1000", "1k")]
    [InlineData("1500", "1500")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1025Mi", "1025Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("1.0001Ki", "1024102400u")]
    [InlineData("100Ki", "100Ki")]
    [InlineData("1e3", "1e3")]
    [InlineData("10e3", "10e3")]
    [InlineData("100e-3", "100e-3")]
    [InlineData("1e0", "1")]
    [InlineData("1000E", "1000E")]
    [InlineData("0Gi", "0")]
    [InlineData("-0.25", "-250m")]
    public void Quantities_are_written_in_canonical_form(string text, string expected) =>
        Assert.Equal(expected, Quantity.Parse(text).CanonicalText);

    [Fact]
    public void Sums_use_the_format_of_the_first_nonzero_quantity()
    {
        Assert.Equal("3Gi", (Quantity.Parse("1Gi") + Quantity.Parse("2147483648")).Text);
        Assert.Equal("3800m", (Quantity.Parse("4") - Quantity.Parse("200m")).Text);
        Assert.Equal("1Gi", (Quantity.Zero + Quantity.Parse("1Gi")).Text);
        Assert.Equal("0", default(Quantity).Text);
    }

    [Fact]
    public void Quantities_are_compared_by_value()
    {
        Assert.Equal(Quantity.Parse("1"), Quantity.Parse("1000m"));
        Assert.Equal(Quantity.Parse("1").GetHashCode(), Quantity.Parse("1000m").GetHashCode());
        Assert.True(Quantity.Parse("1Gi") > Quantity.Parse("1G"));
        Assert.True(Quantity.Parse("999m") < Quantity.Parse("1"));
        Assert.Equal(["1m", "1", "1Ki", "2k"], new[] { "2k", "1", "1Ki", "1m" }.Select(Quantity.Parse).Order().Select(q => q.Text));
    }

    [Fact]
    public void Quantities_are_read_from_JSON_numbers_and_strings_and_written_as_strings()
    {
        NodeMetrics metrics = JsonSerializer.Deserialize(
            """{"usage":{"cpu":"250m","memory":1024,"x":" 1 "}}""",
            KubernetesJson.Default.NodeMetrics
        )!;

        Assert.Equal(0.25m, metrics.Usage["cpu"].Value);
        Assert.Equal(1024, metrics.Usage["memory"].Value);
        Assert.Equal(1, metrics.Usage["x"].Value);
        Assert.Contains(
            "\"cpu\":\"250m\"",
            JsonSerializer.Serialize(metrics, KubernetesJson.Default.NodeMetrics),
            StringComparison.Ordinal
        );
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"usage":{"cpu":"lots"}}""", KubernetesJson.Default.NodeMetrics));
    }
}
