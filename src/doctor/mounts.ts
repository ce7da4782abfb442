import { readFileSync } from 'node:fs'

/** Where a folder is mounted, as far as the system tells. */
export interface Mount {
  readonly point: string
  /** Such as ext4, nfs4, lustre; `unknown` where the system does not tell. */
  readonly type: string
  readonly options: readonly string[]
}

/** What a kind of file system promises, as far as Pawl needs it. */
export type Kind = 'local' | 'network' | 'memory' | 'unknown'

const kinds: Readonly<Record<string, Kind>> = {
  ...ofKind('local', ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'overlay', 'jfs', 'apfs']),
  ...ofKind('network', [
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    'lustre',
    'gpfs',
    'ceph',
    'beegfs',
    'beegfs_nodev',
    'glusterfs',
    'fuse.glusterfs',
    'fuse.sshfs',
    'afs',
    'wekafs',
    'panfs',
    'orangefs',
    '9p',
    'virtiofs',
  ]),
  ...ofKind('memory', ['tmpfs', 'ramfs', 'devtmpfs']),
}

export function kindOf({ type }: Mount): Kind {
  return kinds[type] ?? 'unknown'
}

/** The mount that a folder lies on: of all whose point is above it, the longest, and of equal ones the last. */
export function mountOf(folder: string, table = readTable()): Mount {
  let found: Mount = { point: '/', type: 'unknown', options: [] }
  for (const line of table.split('\n')) {
    const [, point, type, options] = line.split(' ').map(unescaped)
    if (options === undefined || !isAbove(point, folder) || point.length < found.point.length) continue
    found = { point, type, options: options.split(',') }
  }
  return found
}

function ofKind(kind: Kind, types: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(types.map(type => [type, kind]))
}

function isAbove(point: string, folder: string): boolean {
  return point === '/' || folder === point || folder.startsWith(`${point}/`)
}

/** Blanks and such stand as octal numbers in the table. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

function readTable(): string {
  try {
    return readFileSync('/proc/mounts', 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return ''
  }
}
