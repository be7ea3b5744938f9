using System.Reflection;
using Xunit.Sdk;

namespace NodeManager.Conformance.Harness;

/// <summary>Runs a theory on every backend; arguments, where given, follow the backend's name.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AllBackendsAttribute(params object?[] arguments) : DataAttribute
{
    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) =>
        ((string[])[Backend.Sandbox, Backend.OldSandbox, Backend.Real]).Select(backend => (object?[])[backend, .. arguments]);
}
