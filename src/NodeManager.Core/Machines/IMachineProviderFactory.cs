namespace NodeManager.Core.Machines;

/// <summary>A type of provider: what makes its instances and checks their settings.</summary>
public interface IMachineProviderFactory
{
    /// <summary>As in <c>spec.type</c>: <c>proxmox</c>, or a qualified name such as <c>example.com/hcloud</c> for a third party's.</summary>
    string Type { get; }

    /// <summary>What is wrong with the settings, without any connection; empty: nothing. A sentence each, beginning with the field.</summary>
    IReadOnlyList<string> Validate(MachineProviderSettings settings);

    /// <summary>Makes a provider. It connects at its first call.</summary>
    /// <exception cref="NodeManagerException">Invalid: what <see cref="Validate"/> reports.</exception>
    IMachineProvider Create(MachineProviderSettings settings);
}

/// <summary>A provider that can say whether it would work.</summary>
public interface ITestableMachineProvider
{
    /// <summary>Checks reachability, credentials, permissions and capacity, in this order. Changes nothing.</summary>
    Task<IReadOnlyList<MachineProviderFinding>> TestAsync(CancellationToken cancellationToken);
}

/// <summary>One thing that was checked.</summary>
/// <param name="Check">What: <c>Reachable</c>, <c>Credentials</c>, <c>Permissions</c>, <c>Capacity</c>, or a provider's own.</param>
/// <param name="Passed">False: provisioning would fail.</param>
/// <param name="Message">What was found.</param>
public sealed record MachineProviderFinding(string Check, bool Passed, string Message);
