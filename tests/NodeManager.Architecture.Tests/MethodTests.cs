using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NodeManager.Testing;

namespace NodeManager.Architecture.Tests;

/// <summary>Methods fit on a screen: a longer one has parts with names of their own.</summary>
public sealed class MethodTests
{
    private const int MaximumLines = 60;

    // To be divided, and until then not to grow.
    private static readonly Dictionary<string, int> ToDivide = new(StringComparer.Ordinal)
    {
        ["src/NodeManager.Providers/PoolService/PoolServiceErrors.cs: Refused"] = 84,
        ["src/NodeManager.Providers/Proxmox/ProxmoxPlacement.cs: Choose"] = 70,
        ["src/NodeManager.Providers/Proxmox/ProxmoxProvider.cs: ProvisionAsync"] = 70,
        ["src/NodeManager.Providers/Redfish/RedfishTest.cs: Judge"] = 100,
        ["src/NodeManager.Server/Agents/AgentToolset.cs: CallAsync"] = 70,
        ["src/NodeManager.Server/Agents/Tools/PlanningTools.cs: DrainAsync"] = 85,
        ["src/NodeManager.Server/Agents/Tools/PlanningTools.cs: MaintenanceAsync"] = 65,
        ["src/NodeManager.Server/Agents/Tools/PlatformTools.cs: PluginsAsync"] = 65,
        ["src/NodeManager.Server/Api/ApiHost.cs: Build"] = 63,
        ["src/NodeManager.Server/PoolDetails/PoolUpdateRoutes.cs: RequestOf"] = 71,
        ["src/NodeManager/Commands/Drain/InvokeNodeDrainCommand.cs: End"] = 68,
        ["src/client/NodeManager.Kubernetes/Protobuf/PodWire.cs: ReadSpec"] = 76,
        ["src/client/NodeManager.Kubernetes/Watching/Watcher.cs: FollowAsync"] = 71,
        ["src/sandbox/NodeManager.Sandbox/Api/Reading/WatchHandler.cs: Answer"] = 65,
        ["src/sandbox/NodeManager.Sandbox/Api/Registry/ResourceRegistry.cs: Create"] = 74,
        ["src/sandbox/NodeManager.Sandbox/Api/Registry/ResourceRegistry.cs: Write"] = 62,
        ["src/sandbox/NodeManager.Sandbox/Controllers/Deployments/DeploymentController.cs: WriteStatus"] = 72,
        ["src/sandbox/NodeManager.Sandbox/Controllers/Endpoints/EndpointsController.cs: WriteSlices"] = 63,
        ["src/sandbox/NodeManager.Sandbox/Controllers/Runtime/EventRecorder.cs: Record"] = 68,
        ["src/sandbox/NodeManager.Sandbox/Kubelet/PodStatusWriter.cs: Write"] = 83,
        ["src/sandbox/NodeManager.Sandbox/Seeding/NodeSeeds.cs: Make"] = 104,
        ["src/sandbox/NodeManager.Sandbox/Seeding/NodeSeeds.cs: Write"] = 125,
        ["src/sandbox/NodeManager.Sandbox/Seeding/WorkloadSeeds.cs: MakeDeployment"] = 77,
        ["src/sandbox/NodeManager.Sandbox/Seeding/WorkloadSeeds.cs: Volume"] = 85,
    };

    private static readonly string Root = RepositoryFolder.Path;

    // Of files that are long enough to have one that is too long.
    private static readonly Lazy<(string Method, int Lines)[]> Methods = new(static () =>
        [.. Sources().Where(static file => File.ReadLines(file).Count() > MaximumLines).SelectMany(MethodsOf)]
    );

    [Fact]
    public void A_method_has_at_most_60_lines()
    {
        Assert.True(Methods.Value.Length > 1000);
        Assert.DoesNotContain(Methods.Value, static one => one.Lines > ToDivide.GetValueOrDefault(one.Method, MaximumLines));
    }

    [Fact]
    public void A_method_that_is_to_be_divided_is_longer_than_60_lines()
    {
        HashSet<string> tooLong = [.. Methods.Value.Where(static one => one.Lines > MaximumLines).Select(static one => one.Method)];
        Assert.All(ToDivide.Keys, name => Assert.True(tooLong.Contains(name), $"{name} is short enough: remove it from the list."));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(61)]
    public void Lines_are_counted_from_the_name_to_the_closing_brace(int lines)
    {
        string body = string.Join('\n', Enumerable.Repeat("        Call();", lines - 3));
        string source = $"class C\n{{\n    [Obsolete]\n    void Run()\n    {{\n{body}\n    }}\n}}\n";
        Assert.Equal([("Run", lines)], Measure(source));
    }

    private static IEnumerable<string> Sources() =>
        Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin" or "node_modules"));

    private static IEnumerable<(string Method, int Lines)> MethodsOf(string file)
    {
        string name = Path.GetRelativePath(Root, file).Replace('\\', '/');
        return Measure(File.ReadAllText(file)).Select(one => ($"{name}: {one.Name}", one.Lines));
    }

    private static IEnumerable<(string Name, int Lines)> Measure(string source)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(source);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            SyntaxToken? name = node switch
            {
                MethodDeclarationSyntax method => method.Identifier,
                LocalFunctionStatementSyntax function => function.Identifier,
                ConstructorDeclarationSyntax constructor => constructor.Identifier,
                _ => null,
            };
            if (name is not { } identifier)
                continue;
            int start = tree.GetLineSpan(identifier.Span).StartLinePosition.Line;
            yield return (identifier.Text, tree.GetLineSpan(node.Span).EndLinePosition.Line - start + 1);
        }
    }
}
