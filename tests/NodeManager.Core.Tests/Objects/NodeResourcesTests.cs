namespace NodeManager.Core.Tests.Objects;

public sealed class NodeResourcesTests
{
    [Fact]
    public void Resources_of_zero_are_omitted_from_the_text()
    {
        var pod = new NodeResources
        {
            Cpu = 0.05m,
            Memory = 67108864,
            Extended = new AmountMap([new("nvidia.com/gpu", 0), new("example.com/fpga", 2)]),
        };
        Assert.Equal("cpu=0.05, memory=64Mi, example.com/fpga=2", pod.ToString());
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1023, "1023")]
    [InlineData(1536, "1.5Ki")]
    [InlineData(17179869184, "16Gi")]
    [InlineData(-1536, "-1.5Ki")]
    [InlineData(long.MaxValue, "8Ei")]
    public void Bytes_are_shown_in_the_largest_binary_unit(long bytes, string expected) => Assert.Equal(expected, ByteSize.Format(bytes));
}
