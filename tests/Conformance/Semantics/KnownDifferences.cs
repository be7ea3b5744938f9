using System.Text.RegularExpressions;

namespace NodeManager.Conformance.Semantics;

/// <summary>
/// What is known to differ, each with its reason. Whatever is not here fails the comparison; what a client could meet stands in
/// <c>docs/concepts/embedded-cluster.md</c> too.
/// </summary>
internal static partial class KnownDifferences
{
    private static readonly KnownDifference[] All =
    [
        // By construction of the test: the plugin is off, as no controller would make the accounts.
        new(
            "service accounts are not filled in without their admission plugin",
            static (step, one, _) => step.Kind.Kind == "Pod" && EndsWith(one, ".serviceAccount", ".serviceAccountName")
        ),
        // Fields and finalizers that belong to parts which the embedded cluster does not have.
        new("volumes have no lastPhaseTransitionTime", static (_, one, _) => EndsWith(one, "lastPhaseTransitionTime")),
        new("columns of tables have no descriptions", static (_, one, _) => EndsWith(one, "].description")),
        // Before 1.22: owners of what the server itself fills in.
        new(
            "what the server fills in is nobody's",
            static (_, one, minor) =>
                minor < 22
                && one.Field.Contains("managedFields", StringComparison.Ordinal)
                && (one.Field.EndsWith("managedFields", StringComparison.Ordinal) || FilledIn().IsMatch(one.Field + one.Real + one.Ours))
        ),
        new("who comes to share a field gets no time", static (_, one, minor) => minor < 22 && EndsWith(one, "].time")),
        // Words. The code and the reason are the same, and compared.
        new(
            "words of unreadable bodies before 1.25",
            static (step, one, minor) => minor < 25 && step.IsChange && IsWords(one) && Unreadable().IsMatch(one.Real)
        ),
        new(
            "custom objects of no kind or version in the words of one version",
            static (step, one, _) =>
                step.Kind.IsCustom && IsWords(one) && one.Real.Contains("the object provided is unrecognized", StringComparison.Ordinal)
        ),
        new(
            "YAML's faults in the words of another library",
            static (_, one, _) => IsWords(one) && one.Real.Contains("error decoding YAML", StringComparison.Ordinal)
        ),
        new(
            "continue tokens are made otherwise",
            static (_, one, _) => IsWords(one) && one.Real.Contains("continue key is not valid", StringComparison.Ordinal)
        ),
        new(
            "label selectors' faults in the words of one version",
            static (step, one, _) =>
                IsWords(one)
                && step.Path.Contains("labelSelector=", StringComparison.Ordinal)
                && (
                    one.Real.Contains("unable to parse requirement", StringComparison.Ordinal)
                    || one.Real.Contains("found '", StringComparison.Ordinal)
                )
        ),
        new(
            "values in messages as Go prints them, before 1.32",
            static (_, one, minor) => minor < 32 && IsWords(one) && GoValue().IsMatch(one.Real)
        ),
        new(
            "values in messages by the names of the server's own structures",
            static (_, one, _) => IsWords(one) && InternalValue().IsMatch(one.Real)
        ),
        new(
            "what a patch made is shown with its members in another order",
            static (_, one, _) =>
                IsWords(one)
                && one.Real.Contains("patch: Invalid value", StringComparison.Ordinal)
                && one.Ours.Contains("patch: Invalid value", StringComparison.Ordinal)
        ),
        new(
            "named types are called by what they are made of",
            static (_, one, _) => IsWords(one) && one.Ours.Contains("of type ", StringComparison.Ordinal) && NamedType().IsMatch(one.Real)
        ),
        new(
            "where the real server keeps an object is told as one path for all kinds",
            static (_, one, _) => IsWords(one) && one.Real.Contains("StorageError", StringComparison.Ordinal)
        ),
        new(
            "the order in which a definition's name is checked",
            static (step, one, _) =>
                step.Kind.Kind == "CustomResourceDefinition"
                && IsWords(one)
                && step.Label.Contains("generateName", StringComparison.Ordinal)
        ),
        new(
            "names of services may begin with a digit from 1.34 on; here they may not",
            static (step, one, _) => step.Kind.Kind == "Service" && one.Ours.Contains("DNS-1035", StringComparison.Ordinal)
        ),
        new(
            "a field selector's fault in the words of one version",
            static (_, one, _) => IsWords(one) && one.Real.Contains("field label", StringComparison.Ordinal)
        ),
        new(
            "a refused change of a claim is told without the lines of the difference",
            static (step, one, _) =>
                step.Kind.Kind == "PersistentVolumeClaim"
                && IsWords(one)
                && one.Real.Contains("immutable after creation", StringComparison.Ordinal)
        ),
        // Of several faults of one request another may be told first.
        new(
            "the order of checks",
            static (step, one, _) =>
                step.Label is "list" or "get" or "deletecollection" or "delete" or "eviction" or "binding"
                && (IsWords(one) || one.Field is "code" or "reason" or "details")
                && IsRefusal(one)
        ),
        // What one does only by mistake.
        new(
            "a service's status that is put where there is none makes no service",
            static (step, one, _) =>
                step is { Kind.Kind: "Service", Label: var label }
                && label.StartsWith("status", StringComparison.Ordinal)
                && (IsCode(one, "201", "404") || IsCode(one, "422", "404") || IsCode(one, "500", "404"))
        ),
        new(
            "an update of what is not there by a UID is refused as not found",
            static (_, one, _) => IsCode(one, "409", "404") && one.Real.Contains("UID in precondition", StringComparison.Ordinal)
        ),
        new(
            "a selfLink is never kept",
            static (step, one, _) =>
                one.Field == "metadata.selfLink"
                || (one.Field == "metadata.resourceVersion" && step.Label.Contains("selfLink", StringComparison.Ordinal))
        ),
        new(
            "an update that changes owners' times alone is none",
            static (_, one, minor) => minor < 22 && one is { Field: "metadata.resourceVersion", Real: "\"<newer>\"", Ours: "\"<same>\"" }
        ),
        new(
            "lists of custom objects say that they go on nowhere",
            static (step, one, _) => step.Kind.IsCustom && one.Field == "metadata.continue"
        ),
        new(
            "a collection that is deleted is told in the order of names",
            static (step, one, minor) =>
                minor < 25 && step.Label == "deletecollection" && one.Field.StartsWith("items", StringComparison.Ordinal)
        ),
        new(
            "an empty list of containers is kept",
            static (_, one, _) =>
                one.Field.EndsWith("template.spec.containers", StringComparison.Ordinal)
                || one.Field.EndsWith("f:containers", StringComparison.Ordinal)
        ),
        new("older states of a list are kept for its pages alone", static (_, one, _) => IsCode(one, "200", "410")),
        new(
            "a collection that is deleted up to a limit tells of no more",
            static (step, one, _) =>
                step.Label == "deletecollection" && one.Field is "metadata.continue" or "metadata.remainingItemCount" or "warnings"
        ),
        new(
            "finalizers of a namespace change with it",
            static (step, one, _) =>
                step.Kind.Kind == "Namespace"
                && (
                    one.Field.StartsWith("spec.finalizers", StringComparison.Ordinal)
                    || step.Path.Contains("/finalize", StringComparison.Ordinal)
                )
        ),
        new(
            "a namespace's own label may be overwritten",
            static (step, one, _) =>
                step.Kind.Kind == "Namespace" && one.Field.Contains("kubernetes.io/metadata.name", StringComparison.Ordinal)
        ),
        new(
            "what a patch cannot make is shown in another order",
            static (_, one, _) =>
                IsWords(one)
                && (
                    one.Real.Contains("Invalid value: \\\"map[", StringComparison.Ordinal)
                    || one.Real.Contains("Invalid value: \\\"{", StringComparison.Ordinal)
                )
        ),
        new(
            "a patch of fields that there are not",
            static (_, one, _) => one.Real.Contains("unable to find api field", StringComparison.Ordinal)
        ),
        new(
            "values of a wrong type in the words of one version",
            static (_, one, _) =>
                IsWords(one)
                && (
                    one.Real.Contains("expected boolean", StringComparison.Ordinal)
                    || one.Real.Contains("of type uint8", StringComparison.Ordinal)
                    || one.Real.Contains("error decoding from json", StringComparison.Ordinal)
                )
        ),
        new(
            "an address for a service without a name",
            static (step, one, _) =>
                step.Kind.Kind == "Service"
                && (
                    (IsWords(one) && one.Real.Contains("IPAddress.networking", StringComparison.Ordinal))
                    || one
                        is { Real: "\"spec.clusterIPs\"", Ours: "\"metadata.name\"" }
                            or { Real: "\"FieldValueInvalid\"", Ours: "\"FieldValueRequired\"", Field: "details.causes[0].reason" }
                )
        ),
        new(
            "replica sets are selected by status.replicas",
            static (_, one, _) => one.Real.Contains("status.replicas", StringComparison.Ordinal) && IsCode(one, "400", "200")
        ),
        new("a patch of a whole collection of custom objects", static (step, one, _) => step.Kind.IsCustom && IsCode(one, "415", "405")),
        new(
            "a dry run shows no stated version",
            static (step, one, _) =>
                step.Path.Contains("dryRun=All", StringComparison.Ordinal) && one is { Field: "metadata.resourceVersion", Ours: "nothing" }
        ),
        new(
            "owners of fields that a client states count as stated",
            static (step, one, _) =>
                step.Label.Contains("managedFields", StringComparison.Ordinal)
                && one.Field.Contains("managedFields", StringComparison.Ordinal)
        ),
        new(
            "an end that is applied is not kept",
            static (step, one, _) =>
                step.Label.Contains("deletionTimestamp", StringComparison.Ordinal)
                && one.Field.StartsWith("metadata.deletion", StringComparison.Ordinal)
        ),
        new(
            "a status that is applied to a new node is not kept",
            static (step, one, _) =>
                step is { Kind.Kind: "Node" }
                && step.Label.StartsWith("apply", StringComparison.Ordinal)
                && one.Field.StartsWith("status.", StringComparison.Ordinal)
        ),
        new(
            "a strategic patch's directives where there is nothing to direct",
            static (step, one, _) =>
                step.ContentType.Contains("strategic", StringComparison.Ordinal)
                && step.Body?.Contains("$patch", StringComparison.Ordinal) == true
                && (
                    one.Field is "code" or "metadata.labels" or "metadata.resourceVersion"
                    || one.Field.Contains("managedFields", StringComparison.Ordinal)
                )
        ),
        new(
            "numbers beyond 32 bits in a strategic patch wrap around in the real server",
            static (_, one, _) =>
                one.Ours.Contains("cannot convert float64", StringComparison.Ordinal)
                || one is { Ours: "\"patch\"" }
                || one.Real.Contains("-2147483648", StringComparison.Ordinal)
                || one
                    is { Real: "nothing", Field: "details.group" or "details.kind" or "details.name" }
                        or { Ours: "nothing", Field: "details.group" or "details.kind" or "details.name" }
        ),
        new(
            "what a Scale of a custom object may not be",
            static (step, one, _) =>
                step.Kind.IsCustom
                && step.Label.Contains("scale", StringComparison.Ordinal)
                && (IsWords(one) || one.Field is "code" or "spec.replicas")
        ),
        new(
            "unknown fields of a Scale are not told of",
            static (step, one, _) =>
                step.Label.Contains("patch scale", StringComparison.Ordinal) && one.Field is "warnings" or "metadata.resourceVersion"
        ),
        new(
            "numbers of custom objects are named by their JSON type",
            static (step, one, _) => step.Kind.IsCustom && one.Real.Contains("float64", StringComparison.Ordinal)
        ),
        // Checks that are not made.
        new(
            "what stands in a status is hardly checked",
            static (step, one, _) =>
                step.Label.Contains("status", StringComparison.Ordinal)
                && (IsCode(one, "422", "200") || one.Field.StartsWith("status.conditions", StringComparison.Ordinal))
        ),
        new(
            "no warnings of selectors that match nothing",
            static (_, one, _) => one.Field == "warnings" && one.Real.Contains("null labelSelector", StringComparison.Ordinal)
        ),
        new("any application type is JSON too", static (step, one, _) => step.Accept == "application/*" && IsCode(one, "406", "200")),
        new(
            "topologies of storage classes are not checked",
            static (_, one, _) => one.Real.Contains("allowedTopologies", StringComparison.Ordinal)
        ),
        new(
            "parts of an atomic value, and of a status, may have unknown fields when applied",
            static (_, one, _) => one.Field == "code" && one.Real.Contains("field not declared in schema", StringComparison.Ordinal)
        ),
        new(
            "no warning of a pod's name that is no label",
            static (_, one, _) => one.Field == "warnings" && one.Real.Contains("a DNS label is recommended", StringComparison.Ordinal)
        ),
        new("few warnings of doubled or unusual values", static (_, one, _) => one.Field == "warnings" && Unwarned().IsMatch(one.Real)),
        // 1.36 alone.
        new(
            "a claim that is written as it was stays the version that it is",
            static (step, one, minor) =>
                minor >= 36
                && step.Kind.Kind == "PersistentVolumeClaim"
                && one is { Field: "metadata.resourceVersion", Real: "\"<newer>\"", Ours: "\"<same>\"" }
        ),
        // 1.20 alone.
        new(
            "a list from the server's memory is in no order",
            static (step, one, minor) =>
                minor < 22
                && step.Label == "list"
                && step.Path.Contains("resourceVersion=0", StringComparison.Ordinal)
                && (one.Field.StartsWith("items[", StringComparison.Ordinal) || one.Field.StartsWith("rows[", StringComparison.Ordinal))
        ),
        new(
            "ports need no protocol to be applied",
            static (_, one, minor) => minor < 21 && one.Real.Contains("omits key field \"protocol\"", StringComparison.Ordinal)
        ),
        new(
            "a Scale that is not there is named after its workload",
            static (step, one, minor) =>
                minor < 25 && step.Label.Contains("scale", StringComparison.Ordinal) && (one.Field is "details.kind" or "message")
        ),
        new(
            "a service is replaced without its version",
            static (step, one, minor) =>
                minor < 23
                && step is { Kind.Kind: "Service", Method: "PUT" }
                && (IsCode(one, "422", "200") || IsCode(one, "422", "409"))
                && ServiceFirst().IsMatch(one.Real)
        ),
        new("unserved paths are not listed", static (step, one, minor) => minor < 22 && step.Label == "unserved path"),
        new(
            "what is applied without a kind",
            static (_, one, minor) => minor < 22 && one.Real.Contains("no corresponding type", StringComparison.Ordinal)
        ),
        new(
            "delete options name any version",
            static (_, one, minor) => minor < 25 && one.Real.Contains("no kind \"DeleteOptions\"", StringComparison.Ordinal)
        ),
        new(
            "a dry run gives services addresses",
            static (step, one, minor) => minor < 22 && step.Kind.Kind == "Service" && one.Field is "spec.clusterIP" or "spec.clusterIPs"
        ),
        new(
            "fields are those of 1.36 whatever the version",
            static (step, one, minor) =>
                minor < 36
                && (
                    one is { Real: "nothing", Field: "status.availableReplicas" or "status.conditions" }
                    || (
                        minor < 22
                        && step.Kind.Kind is "StatefulSet" or "PodDisruptionBudget"
                        && one is { Field: "metadata.resourceVersion", Real: "\"<same>\"" }
                    )
                )
        ),
        new("the words of leases", static (_, one, minor) => minor < 22 && one.Real.Contains("must to greater", StringComparison.Ordinal)),
        new(
            "what is not acceptable is looked at before all else",
            static (_, one, minor) => minor < 25 && one.Field == "code" && one.Real.StartsWith("406", StringComparison.Ordinal)
        ),
        new(
            "custom objects without an apiVersion",
            static (step, one, minor) =>
                minor < 25 && step.Kind.IsCustom && one.Real.Contains("'apiVersion' is missing", StringComparison.Ordinal)
        ),
        new(
            "what cannot be converted names no object",
            static (_, one, minor) => minor < 22 && one.Real.Contains("failed to convert new object", StringComparison.Ordinal)
        ),
    ];

    public static bool Explain(ApiStep step, Discrepancy one, int minor) => Array.Exists(All, known => known.Applies(step, one, minor));

    private static bool IsWords(Discrepancy one) =>
        one.Field == "message" || one.Field.StartsWith("details.causes", StringComparison.Ordinal);

    private static bool IsCode(Discrepancy one, string real, string ours) =>
        one.Field == "code" && one.Real.StartsWith(real, StringComparison.Ordinal) && one.Ours.StartsWith(ours, StringComparison.Ordinal);

    // Of a code: that both refuse.
    private static bool IsRefusal(Discrepancy one) => one.Field != "code" || (one.Real[0] is '4' or '5' && one.Ours[0] is '4' or '5');

    private static bool EndsWith(Discrepancy one, params ReadOnlySpan<string> ends)
    {
        foreach (string end in ends)
            if (one.Field.EndsWith(end, StringComparison.Ordinal))
                return true;
        return false;
    }

    [GeneratedRegex("must be specified for an update|primary clusterIP can not be unset|metadata.uid: Invalid value")]
    private static partial Regex ServiceFirst();

    [GeneratedRegex("f:status|f:deletion|f:phase|f:storedVersions")]
    private static partial Regex FilledIn();

    [GeneratedRegex(
        "cannot be handled as|read[A-Z][a-zA-Z0-9]+:|Read[A-Z]|expect|json: cannot unmarshal|couldn't get version/kind|error decoding|unknown conversion|no kind"
    )]
    private static partial Regex Unreadable();

    [GeneratedRegex(@"of type (\[\])?(v1|types)\.")]
    private static partial Regex NamedType();

    [GeneratedRegex(
        "duplicate port definition|hides previous definition|retains all historical revisions|prefer a domain-qualified finalizer|contains duplicate entries"
    )]
    private static partial Regex Unwarned();

    [GeneratedRegex(
        @"\[\]string[{(]|(\[\])?(map\[string\]|v1|core|apps|batch|policy|intstr|apiextensions|storage|rbac|resource)\.?[A-Za-z]*[{(]|\(nil\)|""null""|\\""null\\""|\(\*|0x[0-9a-f]+"
    )]
    private static partial Regex GoValue();

    [GeneratedRegex(
        @"Invalid value: [\[{]+""[A-Z]|Unsupported value: [\[{]+""[A-Z]|Invalid value: [\[{]+\\""[A-Z]|\\""Spec\\"":{\\""Volumes\\"""
    )]
    private static partial Regex InternalValue();
}
