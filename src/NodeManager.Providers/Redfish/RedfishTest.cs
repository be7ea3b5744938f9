using System.Globalization;
using NodeManager.Core.Machines;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

/// <param name="Mark">Null: unclaimed.</param>
/// <param name="HasSize">Cores and memory are known.</param>
/// <param name="CanBeMarked">Its asset tag has room for a claim.</param>
internal sealed record ReadServer(RedfishSystem System, RedfishComputer Computer, SystemMark? Mark, bool HasSize, bool CanBeMarked);

/// <summary>Judges from one reading of all servers whether provisioning would work. Pure.</summary>
internal static class RedfishTest
{
    /// <param name="seen">Readable servers.</param>
    /// <param name="failures">Failures of the others.</param>
    /// <param name="redact">Redacts credentials.</param>
    public static IReadOnlyList<MachineProviderFinding> Evaluate(
        IReadOnlyList<RedfishSystem> systems,
        IReadOnlyList<ReadServer> seen,
        IReadOnlyList<ProviderException> failures,
        RedfishProviderSpec spec,
        Func<string, string> redact
    )
    {
        var findings = new List<MachineProviderFinding>();
        ILookup<string, string> failed = failures.ToLookup(CheckOf, failure => redact(failure.Message));
        // The other servers remain usable.
        MachineFindingWeight partial = seen.Count > 0 ? MachineFindingWeight.Limited : MachineFindingWeight.Blocking;
        int reached = systems.Count - failed["Reachable"].Count();
        Add(
            "Reachable",
            !failed["Reachable"].Any(),
            Text("Reachable", Count(reached, "controller", "answers", "answer")),
            "Check the addresses, and that the network of the controllers is reached from here.",
            reached > 0 ? MachineFindingWeight.Limited : MachineFindingWeight.Blocking
        );
        bool isPlain = systems.Any(static one => one.Endpoint.StartsWith("http:", StringComparison.Ordinal));
        Add(
            "Certificate",
            !isPlain && !failed["Certificate"].Any(),
            Text("Certificate", Encryption(isPlain, spec)),
            isPlain
                ? "Use https endpoints."
                : CertificateAdvice(failures, "Put the certificate authority of the controllers into caBundle."),
            failed["Certificate"].Any() ? partial : MachineFindingWeight.Risk
        );
        if (seen.Count > 0 || failed.Contains("Credentials"))
            Add(
                "Credentials",
                !failed["Credentials"].Any(),
                Text("Credentials", "The credentials are accepted."),
                "Correct the Secret: Set-NodeProvider -Credential, or the Secret of the single server.",
                partial
            );
        if (seen.Count > 0 || failed.Contains("Permissions"))
            Add(
                "Permissions",
                !failed["Permissions"].Any(),
                Text("Permissions", "The servers can be read. Power and boot are tried only when a server is claimed."),
                "Give the user a role with Login, ConfigureComponents and power control.",
                partial
            );
        if (seen.Count > 0)
            findings.Add(Capacity(seen));
        findings.AddRange(seen.Where(static one => one is { Mark: null, CanBeMarked: false }).Select(Unmarkable));
        findings.AddRange(seen.Where(static one => !one.HasSize).Select(Unsized));
        return findings;

        string Text(string check, string passed) => failed[check].Any() ? string.Join(" ", failed[check]) : passed;

        void Add(string check, bool passed, string message, string action, MachineFindingWeight weight = MachineFindingWeight.Blocking) =>
            findings.Add(new(check, passed, message) { Action = passed ? "" : action, Weight = weight });
    }

    private static string Encryption(bool isPlain, RedfishProviderSpec spec)
    {
        if (isPlain)
            return "An endpoint is http: the password is sent unencrypted.";
        return spec.InsecureSkipTLSVerify == true
            ? "Any certificate is accepted (insecureSkipTLSVerify)."
            : "All certificates are trusted.";
    }

    private static MachineProviderFinding Capacity(IReadOnlyList<ReadServer> seen)
    {
        int free = seen.Count(static one => one is { Mark: null, Computer.PowerState: "Off", HasSize: true, CanBeMarked: true });
        return new("Capacity", free > 0, $"{Count(free, "server is", "off and unclaimed", "off and unclaimed", "servers are")}.")
        {
            Action = free > 0 ? "" : "Power off a server that is free, or add servers to redfish.systems.",
            Weight = MachineFindingWeight.Limited,
        };
    }

    private static MachineProviderFinding Unmarkable(ReadServer server) =>
        server.Computer.AssetTag is not { } assetTag
            ? new("AssetTag", false, $"Server '{server.System.Name}' has no asset tag, which a claim is written into. It is not claimed.")
            {
                Action = "Update the firmware of its controller, or take the server out of redfish.systems.",
                Weight = MachineFindingWeight.Limited,
            }
            : new(
                "AssetTag",
                false,
                $"The asset tag '{assetTag}' of server '{server.System.Name}' leaves no room for a claim. It is not claimed."
            )
            {
                Action = $"Shorten its asset tag, or managedTag: {SystemMark.MaximumLength} characters in all.",
                Weight = MachineFindingWeight.Limited,
            };

    private static MachineProviderFinding Unsized(ReadServer server) =>
        new("Size", false, $"The controller of server '{server.System.Name}' does not report its cores or its memory. It is not claimed.")
        {
            Action = "Set cpuCores and memoryMiB of the server in redfish.systems.",
            Weight = MachineFindingWeight.Limited,
        };

    private static string Count(int count, string one, string singular, string plural, string? several = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? $"{one} {singular}" : $"{several ?? one + "s"} {plural}")}");

    private static string CertificateAdvice(IReadOnlyList<ProviderException> failures, string trust) =>
        failures.FirstOrDefault(static one => CheckOf(one) == "Certificate") is { } refused
            ? ProviderHttp.CertificateAdvice(refused, trust)
            : trust;

    private static string CheckOf(ProviderException failure) =>
        failure.Outcome switch
        {
            MachineOutcome.Unauthorized => "Credentials",
            MachineOutcome.Forbidden => "Permissions",
            _ when ProviderHttp.IsCertificateRefused(failure) => "Certificate",
            _ => "Reachable",
        };
}
