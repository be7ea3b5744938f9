using System.Reflection;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using Xunit.Sdk;

namespace NodeManager.Conformance.Pools;

/// <summary>Runs a theory wherever pools can be kept: in the embedded service, and in every cluster. Arguments, where given, follow.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AllPoolHomesAttribute(params object?[] arguments) : DataAttribute
{
    private static readonly (string Provider, string Backend)[] Homes =
    [
        (NodePoolProvider.Service, Backend.Sandbox),
        (NodePoolProvider.Cluster, Backend.Sandbox),
        (NodePoolProvider.Cluster, Backend.OldSandbox),
        .. ServerBinaries.Find(out _) is null ? [] : (IEnumerable<(string, string)>)[(NodePoolProvider.Cluster, Backend.Real)],
    ];

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) =>
        Homes.Select(home => (object?[])[home.Provider, home.Backend, .. arguments]);
}
