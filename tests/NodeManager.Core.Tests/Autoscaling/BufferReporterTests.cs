using NodeManager.Autoscaling.Pools;
using NodeManager.Autoscaling.Resources;

namespace NodeManager.Core.Tests.Autoscaling;

/// <summary>What the status of a CapacityBuffer says.</summary>
public sealed class BufferReporterTests
{
    [Theory]
    [InlineData(3, 3, 0, "True", "Provisioned", "room for 3 pods")]
    [InlineData(0, 0, 0, "True", "Provisioned", "room for 0 pods")]
    [InlineData(3, 1, 2, "False", "Provisioning", "room for 1 of 3 pods")]
    [InlineData(3, 1, 1, "False", "NoCapacity", "for 1 of them")]
    public void The_free_room_is_reported(int wanted, int free, int coming, string status, string reason, string text)
    {
        BufferReporter.Report report = BufferReporter.Of(
            new(
                Buffer(new() { PodTemplateRef = new() { Name = "chunk" } }),
                new("PodTemplate", "shop", "chunk", 0, new(), 4),
                wanted,
                free,
                coming
            )
        );

        Assert.Equal(
            (status, reason, wanted, "chunk", 4L, 7L),
            (report.Status, report.Reason, report.Replicas, report.Template, report.TemplateGeneration, report.Generation)
        );
        Assert.Contains(text, report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_requires_an_existing_reference()
    {
        BufferReporter.Report missing = BufferReporter.Of(
            new(
                Buffer(
                    new()
                    {
                        ScalableRef = new()
                        {
                            ApiGroup = "apps",
                            Kind = "Deployment",
                            Name = "web",
                        },
                    }
                ),
                null,
                0,
                0,
                0
            )
        );
        Assert.Equal(("False", "TargetNotFound", null), (missing.Status, missing.Reason, missing.Template));
        Assert.Contains("Deployment web", missing.Message, StringComparison.Ordinal);
        Assert.Equal("Invalid", BufferReporter.Of(new(Buffer(new()), null, 0, 0, 0)).Reason);
    }

    private static CapacityBuffer Buffer(CapacityBufferSpec spec) =>
        new()
        {
            Metadata = new()
            {
                Name = "spare",
                Namespace = "shop",
                Generation = 7,
            },
            Spec = spec,
        };
}
