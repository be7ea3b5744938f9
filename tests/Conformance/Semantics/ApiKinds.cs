namespace NodeManager.Conformance.Semantics;

/// <summary>The kinds that are compared. Nothing acts on their objects: no controllers run beside either server.</summary>
internal static class ApiKinds
{
    private const string PodSpec = """
        {
          "containers": [
            {
              "name": "main", "image": "example.com/main:1", "command": ["run"], "args": ["-v"],
              "ports": [ { "name": "http", "containerPort": 8080, "protocol": "TCP" }, { "containerPort": 9090 } ],
              "env": [ { "name": "A", "value": "1" }, { "name": "NODE", "valueFrom": { "fieldRef": { "fieldPath": "spec.nodeName" } } } ],
              "resources": { "requests": { "cpu": "100m", "memory": "64Mi" }, "limits": { "cpu": "200m", "memory": "128Mi" } },
              "readinessProbe": { "httpGet": { "path": "/ready", "port": "http" }, "periodSeconds": 5 },
              "volumeMounts": [ { "name": "work", "mountPath": "/work" } ],
              "imagePullPolicy": "IfNotPresent"
            },
            { "name": "side", "image": "example.com/side" }
          ],
          "initContainers": [ { "name": "init", "image": "example.com/init:1" } ],
          "volumes": [ { "name": "work", "emptyDir": {} }, { "name": "settings", "configMap": { "name": "settings" } } ],
          "nodeSelector": { "disk": "ssd" },
          "tolerations": [ { "key": "team", "operator": "Equal", "value": "a", "effect": "NoExecute", "tolerationSeconds": 60 } ],
          "affinity": {
            "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [ { "matchExpressions": [ { "key": "zone", "operator": "In", "values": ["x"] } ] } ] } },
            "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [ { "weight": 10, "podAffinityTerm": { "topologyKey": "zone", "labelSelector": { "matchLabels": { "app": "web" } } } } ] }
          },
          "topologySpreadConstraints": [ { "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": { "matchLabels": { "app": "web" } } } ],
          "terminationGracePeriodSeconds": 20, "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "priority": 0
        }
        """;

    private const string SmallPodSpec =
        """{ "containers": [ { "name": "main", "image": "example.com/main:1", "ports": [ { "containerPort": 80 } ] } ] }""";

    private static readonly string JobTemplate = SmallPodSpec.Replace(
        "{ \"containers\"",
        "{ \"restartPolicy\": \"Never\", \"containers\"",
        StringComparison.Ordinal
    );

    public static ApiKind Widgets { get; } =
        new(
            "Widget",
            "compare.example.com/v1",
            "widgets",
            """
            { "spec": { "size": 3, "color": "red", "parts": [ { "name": "one", "count": 1 }, { "name": "two" } ], "labels": { "a": "b" }, "replicas": 1, "any": { "x": [1] } }, "status": { "phase": "New" } }
            """
        )
        {
            IsCustom = true,
            HasStatus = true,
            HasScale = true,
            Weight = 3,
        };

    public static string WidgetDefinition =>
        """
            {
              "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "widgets.compare.example.com" },
              "spec": {
                "group": "compare.example.com", "scope": "Namespaced", "names": { "plural": "widgets", "kind": "Widget", "listKind": "WidgetList", "singular": "widget" },
                "versions": [ {
                  "name": "v1", "served": true, "storage": true,
                  "subresources": { "status": {}, "scale": { "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector" } },
                  "additionalPrinterColumns": [ { "name": "Size", "type": "integer", "jsonPath": ".spec.size" }, { "name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp" } ],
                  "schema": { "openAPIV3Schema": { "type": "object", "required": ["spec"], "properties": {
                    "spec": { "type": "object", "required": ["size"], "properties": {
                      "size": { "type": "integer", "minimum": 1, "maximum": 10 },
                      "color": { "type": "string", "enum": ["red", "green"], "default": "red" },
                      "code": { "type": "string", "pattern": "^[a-z]+$", "maxLength": 5, "nullable": true },
                      "replicas": { "type": "integer", "format": "int32" },
                      "parts": { "type": "array", "maxItems": 4, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": { "type": "object", "required": ["name"], "properties": {
                        "name": { "type": "string", "minLength": 1 }, "count": { "type": "integer", "default": 1 } } } },
                      "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                      "any": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } },
                    "status": { "type": "object", "properties": { "phase": { "type": "string" }, "replicas": { "type": "integer" }, "selector": { "type": "string" } } } } } }
                } ]
              }
            }
            """;

    public static ApiKind Pods { get; } =
        new("Pod", "v1", "pods", $$"""{ "metadata": { "labels": { "app": "web" } }, "spec": {{PodSpec}} }""")
        {
            HasStatus = true,
            Weight = 6,
            Selectable = ["spec.nodeName", "status.phase", "spec.restartPolicy"],
        };

    /// <param name="minor">Of both servers.</param>
    /// <param name="ns">That of their objects.</param>
    public static IReadOnlyList<ApiKind> All(int minor, string ns) =>
        [
            Widgets,
            Pods,
            new(
                "ConfigMap",
                "v1",
                "configmaps",
                """{ "metadata": { "labels": { "app": "web" } }, "data": { "key": "value", "other.txt": "text" }, "binaryData": { "raw": "AAEC" } }"""
            )
            {
                Weight = 4,
            },
            new("Secret", "v1", "secrets", """{ "type": "Opaque", "data": { "key": "dmFsdWU=" }, "stringData": { "text": "plain" } }""")
            {
                Selectable = ["type"],
            },
            new(
                "ServiceAccount",
                "v1",
                "serviceaccounts",
                """{ "secrets": [ { "name": "token" } ], "imagePullSecrets": [ { "name": "pull" } ], "automountServiceAccountToken": false }"""
            ),
            new(
                "Service",
                "v1",
                "services",
                """
                { "metadata": { "labels": { "app": "web" } }, "spec": { "type": "ClusterIP", "selector": { "app": "web" }, "sessionAffinity": "None",
                  "ports": [ { "name": "http", "port": 80, "targetPort": "http", "protocol": "TCP" }, { "name": "more", "port": 81, "targetPort": 8081 } ] } }
                """
            )
            {
                HasStatus = true,
                Weight = 3,
            },
            new(
                "PersistentVolumeClaim",
                "v1",
                "persistentvolumeclaims",
                """
                { "spec": { "accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "volumeMode": "Filesystem", "resources": { "requests": { "storage": "1Gi" } }, "selector": { "matchLabels": { "tier": "a" } } } }
                """
            )
            {
                HasStatus = true,
                Weight = 2,
            },
            new(
                "PersistentVolume",
                "v1",
                "persistentvolumes",
                """
                { "spec": { "accessModes": ["ReadWriteOnce"], "capacity": { "storage": "1Gi" }, "storageClassName": "fast", "persistentVolumeReclaimPolicy": "Retain", "hostPath": { "path": "/data" },
                  "nodeAffinity": { "required": { "nodeSelectorTerms": [ { "matchExpressions": [ { "key": "zone", "operator": "In", "values": ["x"] } ] } ] } } } }
                """
            )
            {
                IsNamespaced = false,
                HasStatus = true,
            },
            new(
                "Node",
                "v1",
                "nodes",
                """
                { "metadata": { "labels": { "zone": "x" } }, "spec": { "podCIDR": "10.1.0.0/24", "taints": [ { "key": "team", "value": "a", "effect": "NoSchedule" } ], "unschedulable": true },
                  "status": { "capacity": { "cpu": "4", "memory": "8Gi", "pods": "10" }, "conditions": [ { "type": "Ready", "status": "True", "reason": "Up" } ], "addresses": [ { "type": "InternalIP", "address": "10.0.0.1" } ] } }
                """
            )
            {
                IsNamespaced = false,
                HasStatus = true,
                Weight = 3,
                Selectable = ["spec.unschedulable"],
            },
            new("Namespace", "v1", "namespaces", """{ "metadata": { "labels": { "team": "a" } } }""")
            {
                IsNamespaced = false,
                HasStatus = true,
                Selectable = ["status.phase"],
            },
            new(
                "Deployment",
                "apps/v1",
                "deployments",
                $$"""
                { "metadata": { "labels": { "app": "web" } }, "spec": { "replicas": 0, "paused": true, "minReadySeconds": 5, "revisionHistoryLimit": 3, "progressDeadlineSeconds": 100,
                  "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": "20%" } },
                  "selector": { "matchLabels": { "app": "web" }, "matchExpressions": [ { "key": "app", "operator": "Exists" } ] },
                  "template": { "metadata": { "labels": { "app": "web" } }, "spec": {{SmallPodSpec}} } } }
                """
            )
            {
                HasStatus = true,
                HasScale = true,
                Weight = 4,
            },
            new(
                "ReplicaSet",
                "apps/v1",
                "replicasets",
                $$"""
                { "spec": { "replicas": 0, "minReadySeconds": 1, "selector": { "matchLabels": { "app": "web" } }, "template": { "metadata": { "labels": { "app": "web" } }, "spec": {{SmallPodSpec}} } } }
                """
            )
            {
                HasStatus = true,
                HasScale = true,
                Weight = 2,
                Selectable = ["status.replicas"],
            },
            new(
                "StatefulSet",
                "apps/v1",
                "statefulsets",
                $$"""
                { "spec": { "replicas": 0, "serviceName": "web", "podManagementPolicy": "Parallel", "revisionHistoryLimit": 2, "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "partition": 1 } },
                  "selector": { "matchLabels": { "app": "web" } }, "template": { "metadata": { "labels": { "app": "web" } }, "spec": {{SmallPodSpec}} },
                  "volumeClaimTemplates": [ { "metadata": { "name": "data" }, "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } } } ] } }
                """
            )
            {
                HasStatus = true,
                HasScale = true,
                Weight = 2,
            },
            new(
                "DaemonSet",
                "apps/v1",
                "daemonsets",
                $$"""
                { "spec": { "minReadySeconds": 1, "revisionHistoryLimit": 2, "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": 1 } },
                  "selector": { "matchLabels": { "app": "web" } }, "template": { "metadata": { "labels": { "app": "web" } }, "spec": {{SmallPodSpec}} } } }
                """
            )
            {
                HasStatus = true,
                Weight = 2,
            },
            new(
                "Job",
                "batch/v1",
                "jobs",
                $$"""
                { "spec": { "parallelism": 0, "completions": 2, "backoffLimit": 3, "activeDeadlineSeconds": 100, "ttlSecondsAfterFinished": 10, "template": { "metadata": { "labels": { "app": "job" } }, "spec": {{JobTemplate}} } } }
                """
            )
            {
                HasStatus = true,
                Weight = 2,
            },
            new(
                "PodDisruptionBudget",
                minor >= 21 ? "policy/v1" : "policy/v1beta1",
                "poddisruptionbudgets",
                """{ "spec": { "minAvailable": 1, "selector": { "matchLabels": { "app": "web" } } } }"""
            )
            {
                HasStatus = true,
                Weight = 3,
            },
            new(
                "Lease",
                "coordination.k8s.io/v1",
                "leases",
                """
                { "spec": { "holderIdentity": "me", "leaseDurationSeconds": 40, "acquireTime": "2026-01-02T03:04:05.000000Z", "renewTime": "2026-01-02T03:04:05.000000Z", "leaseTransitions": 1 } }
                """
            )
            {
                Weight = 2,
            },
            new(
                "Event",
                "v1",
                "events",
                $$"""
                { "involvedObject": { "kind": "Pod", "name": "a", "namespace": "{{ns}}", "uid": "11111111-2222-3333-4444-555555555555" }, "reason": "Because", "message": "text", "type": "Normal",
                  "source": { "component": "tester" }, "firstTimestamp": "2026-01-02T03:04:05Z", "lastTimestamp": "2026-01-02T03:04:05Z", "count": 1 }
                """
            )
            {
                Selectable = ["involvedObject.kind", "reason", "type"],
            },
            new(
                "Event",
                "events.k8s.io/v1",
                "events",
                $$"""
                { "regarding": { "kind": "Pod", "name": "a", "namespace": "{{ns}}" }, "reason": "Because", "note": "text", "type": "Normal", "action": "Acting",
                  "reportingController": "example.com/tester", "reportingInstance": "one", "eventTime": "2026-01-02T03:04:05.000000Z" }
                """
            )
            {
                Names = ["d", "e"],
                Selectable = ["regarding.kind", "reason", "type"],
            },
            new(
                "PriorityClass",
                "scheduling.k8s.io/v1",
                "priorityclasses",
                """{ "value": 100, "description": "text", "preemptionPolicy": "Never" }"""
            )
            {
                IsNamespaced = false,
            },
            new(
                "StorageClass",
                "storage.k8s.io/v1",
                "storageclasses",
                """
                { "provisioner": "example.com/disk", "parameters": { "type": "ssd" }, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true,
                  "allowedTopologies": [ { "matchLabelExpressions": [ { "key": "zone", "values": ["x"] } ] } ] }
                """
            )
            {
                IsNamespaced = false,
            },
            new(
                "Role",
                "rbac.authorization.k8s.io/v1",
                "roles",
                """{ "rules": [ { "apiGroups": [""], "resources": ["pods"], "resourceNames": ["a"], "verbs": ["get"] } ] }"""
            ),
            new(
                "ClusterRole",
                "rbac.authorization.k8s.io/v1",
                "clusterroles",
                """{ "rules": [ { "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] }, { "nonResourceURLs": ["/healthz"], "verbs": ["get"] } ] }"""
            )
            {
                IsNamespaced = false,
            },
            new(
                "RoleBinding",
                "rbac.authorization.k8s.io/v1",
                "rolebindings",
                """
                { "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a" },
                  "subjects": [ { "kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io" }, { "kind": "ServiceAccount", "name": "robot", "namespace": "default" } ] }
                """
            ),
            new(
                "CustomResourceDefinition",
                "apiextensions.k8s.io/v1",
                "customresourcedefinitions",
                """
                { "spec": { "group": "⟨group⟩", "scope": "Namespaced", "names": { "plural": "⟨plural⟩", "kind": "Gear", "singular": "gear", "shortNames": ["gr"], "listKind": "GearList" },
                  "versions": [ { "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
                    "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": { "type": "object", "properties": {
                      "size": { "type": "integer", "minimum": 1, "default": 2 }, "list": { "type": "array", "items": { "type": "string" } } } } } } } } ] } }
                """
            )
            {
                IsNamespaced = false,
                NameSuffix = ".gears.example.com",
            },
        ];
}
