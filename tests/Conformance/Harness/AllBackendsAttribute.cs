using System.Reflection;
using NodeManager.Conformance.RealCluster;
using Xunit.Sdk;

namespace NodeManager.Conformance.Harness;

/// <summary>
/// Runs a theory on every backend; arguments, where given, follow the backend's name. Without a real API server its rows are left out:
/// <see cref="RealServerTests"/> says so once.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AllBackendsAttribute(params object?[] arguments) : DataAttribute
{
    private static readonly string[] Backends = ServerBinaries.Find(out _) is null
        ? [Backend.Sandbox, Backend.OldSandbox]
        : [Backend.Sandbox, Backend.OldSandbox, Backend.Real];

    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) => Backends.Select(backend => (object?[])[backend, .. arguments]);
}
