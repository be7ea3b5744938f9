using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Makes providers of machines from NodeSmithProviders.</summary>
public interface IMachineProviderSource
{
    /// <summary>The provider as its resource and its Secrets have it now. Not disposed by the caller: it is shared.</summary>
    Task<MachineProviderAccess> OpenAsync(NodeSmithProvider provider, CancellationToken cancellationToken);

    /// <summary>Tells of what a provider is made of beside its resource, until the result is disposed.</summary>
    /// <param name="changed">Gets namespace and name of a provider that may be another one now. Returns immediately.</param>
    IDisposable Follow(Action<string, string> changed);
}

/// <summary>A provider, or why there is none.</summary>
/// <param name="Provider">Null: it cannot be made.</param>
/// <param name="Reason">One of <see cref="NodeProviderReason"/>; empty where there is a provider.</param>
/// <param name="Message">For people; without credentials.</param>
public sealed record MachineProviderAccess(IMachineProvider? Provider, string Reason, string Message)
{
    public static MachineProviderAccess To(IMachineProvider provider) => new(provider, "", "");

    public static MachineProviderAccess None(string reason, string message) => new(null, reason, message);
}
