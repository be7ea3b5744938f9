using System.Text;
using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Accounts;

/// <summary>
/// Token Secrets of service accounts: completes those of clients, and before 1.24 creates one per account. Deletes them with their account.
/// Source: k8s.io/kubernetes/pkg/controller/serviceaccount.
/// </summary>
internal sealed class TokenSecretController(ControllerContext context, ServiceAccountTokens tokens) : Controller(context)
{
    private const string SecretType = "kubernetes.io/service-account-token";
    private const string NameKey = "kubernetes.io/service-account.name",
        UidKey = "kubernetes.io/service-account.uid";
    private const int MadeUntil = 23;

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.ServiceAccounts, BuiltInKinds.Secrets];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.ServiceAccounts)
        {
            Enqueue(item);
            if (change.Type == ChangeType.Deleted)
                foreach (StoredObject secret in Store.List(BuiltInKinds.Secrets).Objects.Walk(item.Namespace).Where(IsToken))
                    Enqueue(secret);
        }
        else if (IsToken(item))
        {
            Enqueue(item);
            if (change.Type == ChangeType.Deleted && Owner(item.ToJson()) is { } name)
                Enqueue(new ObjectKey(BuiltInKinds.ServiceAccounts, item.Namespace, name));
        }
    }

    public override void Begin(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.ServiceAccounts || IsToken(item))
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        if (key.Kind == BuiltInKinds.ServiceAccounts)
        {
            if (Context.MinorVersion <= MadeUntil)
                Provide(stored);
            return;
        }

        JsonObject document = stored.ToJson();
        string? uid = document.Object("metadata").Object("annotations").Text(UidKey);
        StoredObject? account = Store.Get(BuiltInKinds.ServiceAccounts, key.Namespace, Owner(document) ?? "");
        if (account is null || (uid is { Length: > 0 } && uid != account.Uid))
            Registry.Delete(stored.Kind, stored.Namespace, stored.Name, new() { Uid = stored.Uid });
        else if (uid is null || document.Object("data").Text("token") is null)
            Fill(stored, account);
    }

    private static bool IsToken(StoredObject secret) => secret.Kind == BuiltInKinds.Secrets && secret.Field("type") == SecretType;

    private static string? Owner(JsonObject secret) => secret.Object("metadata").Object("annotations").Text(NameKey);

    // Removes references to missing Secrets; without a token Secret left, creates one.
    private void Provide(StoredObject account)
    {
        JsonObject[] named = [.. account.ToJson().Objects("secrets")];
        string[] tokensOf = [.. named.Select(static one => one.Text("name") ?? "").Where(name => Holds(account, name))];
        string[] lost =
        [
            .. named
                .Select(static one => one.Text("name") ?? "")
                .Where(name => name.StartsWith(account.Name + "-token-", StringComparison.Ordinal) && !tokensOf.Contains(name)),
        ];
        if (tokensOf.Length > 0 && lost.Length == 0)
            return;
        string? created =
            tokensOf.Length > 0
                ? null
                : Registry
                    .Create(
                        BuiltInKinds.Secrets,
                        account.Namespace,
                        new()
                        {
                            ["metadata"] = new JsonObject
                            {
                                ["generateName"] = account.Name + "-token-",
                                ["annotations"] = new JsonObject { [NameKey] = account.Name },
                            },
                            ["type"] = SecretType,
                        }
                    )
                    .Name;
        Registry.Update(
            account,
            document =>
            {
                JsonArray secrets =
                [
                    .. document.Objects("secrets").Where(one => !lost.Contains(one.Text("name"))).Select(static one => one.DeepClone()),
                ];
                if (created is not null)
                    secrets.Add(new JsonObject { ["name"] = created });
                document["secrets"] = secrets;
            }
        );
    }

    private bool Holds(StoredObject account, string secret) =>
        Store.Get(BuiltInKinds.Secrets, account.Namespace, secret) is { IsDeleting: false } stored
        && IsToken(stored)
        && Owner(stored.ToJson()) == account.Name;

    private void Fill(StoredObject secret, StoredObject account) =>
        Registry.Update(
            secret,
            document =>
            {
                document.Ensure("metadata").Ensure("annotations")[UidKey] = account.Uid;
                JsonObject data = document.Ensure("data");
                data["namespace"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(account.Namespace));
                data["token"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(tokens.IssueFor(account, secret.Name)));
            }
        );
}
