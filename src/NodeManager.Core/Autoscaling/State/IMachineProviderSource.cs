using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Core.Autoscaling.State;

/// <summary>Makes providers of machines from NodeSmithProviders.</summary>
public interface IMachineProviderSource
{
    /// <summary>The provider as its resource and its Secret have it now. Not disposed by the caller: it is shared.</summary>
    Task<MachineProviderAccess> OpenAsync(NodeSmithProvider provider, CancellationToken cancellationToken);
}

/// <summary>A provider, or why there is none.</summary>
/// <param name="Provider">Null: it cannot be made.</param>
/// <param name="Reason">One word for machines: <c>SecretNotFound</c>, <c>Invalid</c>, …; empty where there is a provider.</param>
/// <param name="Message">For people; without credentials.</param>
public sealed record MachineProviderAccess(IMachineProvider? Provider, string Reason, string Message)
{
    public static MachineProviderAccess To(IMachineProvider provider) => new(provider, "", "");

    public static MachineProviderAccess None(string reason, string message) => new(null, reason, message);
}
