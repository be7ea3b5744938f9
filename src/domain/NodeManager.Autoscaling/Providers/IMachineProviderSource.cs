using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Creates providers of machines from NodeSmithProviders.</summary>
public interface IMachineProviderSource
{
    /// <summary>The provider for the current resource and Secrets. Shared: the caller does not dispose it.</summary>
    Task<MachineProviderAccess> OpenAsync(NodeSmithProvider provider, CancellationToken cancellationToken);

    /// <summary>Reports changes of a provider's Secrets, until the result is disposed.</summary>
    /// <param name="changed">Receives namespace and name of a provider that may have changed. Returns immediately.</param>
    IDisposable Follow(Action<string, string> changed);
}

/// <summary>A provider, or why there is none.</summary>
/// <param name="Provider">Null: it cannot be created.</param>
/// <param name="Reason">A <see cref="NodeProviderReason"/>; empty with a provider.</param>
/// <param name="Message">Without credentials.</param>
public sealed record MachineProviderAccess(IMachineProvider? Provider, string Reason, string Message)
{
    public static MachineProviderAccess To(IMachineProvider provider) => new(provider, "", "");

    public static MachineProviderAccess None(string reason, string message) => new(null, reason, message);
}
