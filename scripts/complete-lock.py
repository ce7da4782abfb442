# Completes package-lock.json where the registry in use lacks packages of other platforms: npm leaves them out of the
# lock and then refuses it. Their version is the one that the parent asks for; they are never installed here.
#   python3 scripts/complete-lock.py package-lock.json
import json,re,sys
f=sys.argv[1]
l=json.load(open(f)); P=l['packages']
def plat(n):
    t=re.split(r'[-/_.]',n.split('/')[-1]); o=c=lib=None
    for x in t:
        if x in('darwin','linux','win32','android','freebsd','openbsd','netbsd','sunos','aix','openharmony'): o=x
        if x in('arm64','x64','arm','ia32','loong64','mips64el','ppc64','riscv64','s390x','wasm32'): c=x
        if x in('musl','musleabihf'): lib='musl'
        if x in('gnu','gnueabihf'): lib='glibc'
    return o,c,lib
added=0
for k,v in list(P.items()):
    for n,ver in (v.get('optionalDependencies') or {}).items():
        # resolved anywhere up the tree?
        if 'node_modules/'+n in P or k+'/node_modules/'+n in P: continue
        o,c,lib=plat(n)
        e={'version':ver}
        if c: e['cpu']=[c]
        if v.get('dev'): e['dev']=True
        if lib: e['libc']=[lib]
        e['optional']=True
        if o: e['os']=[o]
        if not o and not c: print('odd',n,ver,k)
        P['node_modules/'+n]=e; added+=1
l['packages']={k:P[k] for k in sorted(P,key=lambda s:(s!='',s))}
json.dump(l,open(f,'w'),indent=2,ensure_ascii=False); open(f,'a').write('\n')
print('added',added)
