namespace NodeManager.Core.Tests.Objects;

public sealed class NodeDrainPlanOptionsTests
{
    public static TheoryData<NodeDrainPlanOptions, string> Texts =>
        new()
        {
            { new(), "" },
            {
                new() { Surge = true },
                "-Surge"
            },
            {
                new() { DeleteUnmanagedPod = true, DeleteEmptyDirData = true },
                "-DeleteUnmanagedPod -DeleteEmptyDirData"
            },
            {
                new()
                {
                    DisableEviction = true,
                    PodSelector = "app in (a, b)",
                    GracePeriod = TimeSpan.FromSeconds(90),
                },
                "-DisableEviction -PodSelector 'app in (a, b)' -GracePeriod 1m30s"
            },
        };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Options_are_shown_as_parameters(NodeDrainPlanOptions options, string expected) =>
        Assert.Equal(expected, options.ToString());
}
