using System.Text.Json.Nodes;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Ownership;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api;

internal sealed partial class ResourceRegistry
{
    // From choosing an address until the service that has it is stored nobody else may choose, whatever registry he writes through.
    private static readonly Lock Addresses = new();

    private StoredObject AddService(string name, JsonObject document, ManagedFields owners, bool isDryRun)
    {
        lock (Addresses)
        {
            string ns = document.Object("metadata").Text("namespace") ?? "";
            if (store.Get(BuiltInKinds.Services, ns, name) is not null) throw ApiErrors.AlreadyExists(BuiltInKinds.Services, name);
            ServiceAddresses.Allocate(document, null, store, Minor);
            var item = new StoredObject(BuiltInKinds.Services, document, owners);
            return isDryRun ? item.At(0) : store.TryAdd(item) ?? throw ApiErrors.AlreadyExists(BuiltInKinds.Services, name);
        }
    }
}
