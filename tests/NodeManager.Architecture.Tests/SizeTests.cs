using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Files and folders of a size that can be read at once.</summary>
public sealed class SizeTests
{
    private const int MostLines = 400;

    // Longer than that since the formatter breaks lines: to be divided, and until then not to grow.
    private static readonly Dictionary<string, int> ToDivide = new(StringComparer.Ordinal)
    {
        ["src/NodeManager.Abstractions/Errors/ErrorIds.cs"] = 589,
        ["src/domain/NodeManager.Autoscaling/Providers/MachineManager.cs"] = 403,
        ["src/domain/NodeManager.Drains/Execution/NodeDrain.cs"] = 430,
        ["src/domain/NodeManager.Maintenance/Execution/NodeWork.cs"] = 435,
        ["src/domain/NodeManager.Core/Nodes/Editing/NodeEditor.cs"] = 485,
        ["src/domain/NodeManager.Monitoring/Repair/Execution/NodeRepair.cs"] = 534,
        ["src/domain/NodeManager.NodePools.Updates/PoolUpdates.cs"] = 429,
        ["src/domain/NodeManager.SchedulerControl/Health/SchedulerHealthCheck.cs"] = 454,
        ["src/NodeManager.Providers/Redfish/RedfishProvider.cs"] = 497,
        ["src/sandbox/NodeManager.Sandbox.Model/Kinds/BuiltInKinds.cs"] = 606,
        ["src/sandbox/NodeManager.Sandbox.Model/Kinds/Columns/KindColumns.cs"] = 423,
        ["src/sandbox/NodeManager.Sandbox/Api/Writing/WriteHandler.cs"] = 405,
        ["tests/Conformance/PassiveKinds/PassiveKindTests.cs"] = 411,
        ["tests/Conformance/Rolling/ServiceRollTests.cs"] = 431,
        ["tests/Conformance/Semantics/KnownDifferences.cs"] = 415,
        ["tests/NodeManager.Core.Tests/Autoscaling/Planning/ScaleUpTests.cs"] = 654,
        ["tests/NodeManager.Core.Tests/Placement/NodeSelectionsTests.cs"] = 411,
        ["tests/NodeManager.Kubernetes.Tests/Configuration/KubeconfigTests.cs"] = 521,
        ["tests/NodeManager.Providers.Tests/PoolService/PoolClientTests.cs"] = 401,
        ["tests/NodeManager.Providers.Tests/PoolService/PoolOperationTests.cs"] = 440,
        ["tests/NodeManager.Providers.Tests/Proxmox/FakeProxmox.cs"] = 554,
        ["tests/NodeManager.Sandbox.Tests/Api/WriteTests.cs"] = 441,
        ["tests/NodeManager.SchedulerConfiguration.Tests/Editing/PluginEditorTests.cs"] = 473,
        ["tests/NodeManager.Server.Tests/AccessTests.cs"] = 458,
        ["tests/NodeManager.Server.Tests/Agents/Attacks/ApprovalAttacks.cs"] = 410,
    };

    // About 20 is wanted; the base classes of commands stand in one folder.
    private const int MostFiles = 28;

    private static readonly string Root = RepositoryFolder.Path;

    private static IEnumerable<string> Sources =>
        ((string[])["src", "tests", "bench"])
            .SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin" or "node_modules"));

    [Fact]
    public void A_file_has_at_most_400_lines()
    {
        Assert.NotEmpty(Sources);
        Assert.DoesNotContain(Sources, static path => File.ReadLines(path).Count() > MostLinesOf(path));
    }

    [Fact]
    public void A_file_that_is_to_be_divided_is_longer_than_400_lines() =>
        Assert.All(
            ToDivide.Keys,
            static name =>
                Assert.True(
                    File.ReadLines(Path.Combine(Root, name)).Count() > MostLines,
                    $"{name} is short enough: remove it from the list."
                )
        );

    [Fact]
    public void A_folder_has_at_most_28_files() =>
        Assert.DoesNotContain(Sources.CountBy(static path => Path.GetDirectoryName(path)!), static folder => folder.Value > MostFiles);

    [Fact]
    public void A_project_of_the_domain_has_at_most_15000_lines()
    {
        Dictionary<string, int> projects = Sources
            .Select(static path => (Parts: Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar), File: path))
            .Where(static source => source.Parts is ["src", "domain", _, ..])
            .GroupBy(static source => source.Parts[2], static source => File.ReadLines(source.File).Count())
            .ToDictionary(static project => project.Key, static project => project.Sum());
        Assert.NotEmpty(projects);
        Assert.DoesNotContain(projects, static project => project.Value > 15_000);
    }

    [Fact]
    public void A_project_of_the_domain_shows_its_internals_to_tests_alone() =>
        Assert.All(
            [
                Path.Combine(Root, "src", "domain", "Directory.Build.props"),
                .. Directory.GetFiles(Path.Combine(Root, "src", "domain"), "*.csproj", SearchOption.AllDirectories),
            ],
            static path =>
                Assert.DoesNotContain(
                    File.ReadLines(path),
                    static line =>
                        line.Contains("InternalsVisibleTo Include", StringComparison.Ordinal)
                        && !line.Contains(".Tests\"", StringComparison.Ordinal)
                )
        );

    private static int MostLinesOf(string path) =>
        ToDivide.GetValueOrDefault(Path.GetRelativePath(Root, path).Replace('\\', '/'), MostLines);
}
