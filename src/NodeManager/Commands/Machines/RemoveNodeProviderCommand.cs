using NodeManager.Autoscaling.Providers;

namespace NodeManager.Commands;

/// <summary>Deletes NodeSmithProviders that are not referenced.</summary>
[Cmdlet(
    VerbsCommon.Remove,
    "NodeProvider",
    DefaultParameterSetName = ByObject,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High
)]
public sealed class RemoveNodeProviderCommand : NodeProviderCmdlet, IClusterChange
{
    [Parameter]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ConfirmCluster { get; set; }

    private protected override void Process(NodeProviderReference provider) =>
        Sessions.StartIn(
            provider.Session,
            provider.Name,
            async worker =>
            {
                if (IsWhatIf)
                    await NodeProviderEditor.RemoveAsync(
                        provider.Session,
                        provider.Namespace,
                        provider.Name,
                        provider.Uid,
                        true,
                        worker.Token
                    );
                if (
                    await worker.ShouldProcessAsync(
                        provider.Session,
                        provider.ToString(),
                        "Delete node provider and the Secret that was created for it"
                    )
                )
                    await NodeProviderEditor.RemoveAsync(
                        provider.Session,
                        provider.Namespace,
                        provider.Name,
                        provider.Uid,
                        false,
                        worker.Token
                    );
            }
        );
}
